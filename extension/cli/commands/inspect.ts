import { formatBytes } from '../../core/byte-size';
import { STORAGE_BITS } from '../../core/checkpoint/storage-dtype';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import type { ExitCode } from '../exit-code';
import { EXIT } from '../exit-code';
import { openCheckpointAt } from '../open-policy';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import { inspectStats, statsJson, statsTable, type StatsOptions } from './inspect-stats';

export interface InspectOptions {
  readonly json: boolean;
  /** List every tensor instead of the modules. */
  readonly tensors: boolean;
  /** Read the weights too and say how their values are spread. */
  readonly stats: StatsOptions | undefined;
}

/** `downcast inspect`: what a checkpoint holds, from its headers alone; with `stats` from its weights too. */
export async function inspect(place: string, options: InspectOptions, terminal: Terminal): Promise<ExitCode> {
  const opened = await openCheckpointAt(place);
  const { checkpoint } = opened;
  const { stats } = options;
  const surveyed = stats && (await inspectStats(opened, stats, terminal));
  if (options.json) {
    const statistics = surveyed ? { statistics: statsJson(surveyed) } : {};
    terminal.out(`${JSON.stringify({ ...inspectJson(checkpoint), ...statistics }, null, 2)}\n`);
    return EXIT.fine;
  }
  const { tree, config } = checkpoint;
  const files = checkpoint.files.length === 1 ? '1 file' : `${checkpoint.files.length} files`;
  terminal.out(
    [
      checkpoint.name,
      `${config?.architectures[0] ?? config?.model_type ?? 'unknown architecture'}, ${tree.layerCount} layers, ${tree.tensors.length} tensors, ${tree.elements.toLocaleString('en')} elements, ${formatBytes(tree.bytes)} in ${files}`,
      ...checkpoint.warnings.map((warning) => `warning: ${warning}`),
      '',
      stats && surveyed
        ? statsTable(surveyed, stats)
        : options.tensors
          ? tensorTable(checkpoint)
          : moduleTable(checkpoint),
      '',
    ].join('\n'),
  );
  return EXIT.fine;
}

function tensorTable({ tree, container }: Checkpoint): string {
  const stored = container === 'gguf';
  return formatTable(
    [
      { heading: 'tensor', align: 'left' },
      { heading: 'role', align: 'left' },
      { heading: 'dtype', align: 'left' },
      { heading: 'shape', align: 'left' },
      { heading: 'bytes', align: 'right' },
      ...(stored ? [{ heading: 'in the file', align: 'left' } as const] : []),
    ],
    tree.tensors.map(({ name, role, dtype, shape, bytes, origin }) => [
      name,
      role,
      dtype,
      `[${shape.join(', ')}]`,
      formatBytes(bytes),
      ...(stored ? [origin?.name ?? name] : []),
    ]),
  );
}

function moduleTable({ tree }: Checkpoint): string {
  const rows = tree.modules.map((module) => {
    const members = tree.tensors.filter((tensor) => tensor.module === module);
    const shapes = new Set(members.map(({ shape }) => `[${shape.join(', ')}]`));
    return [
      module,
      members[0]!.role,
      String(members.length),
      [...new Set(members.map(({ dtype }) => dtype))].join(', '),
      shapes.size === 1 ? [...shapes][0]! : `${shapes.size} shapes`,
      formatBytes(members.reduce((sum, { bytes }) => sum + bytes, 0)),
    ];
  });
  return formatTable(
    [
      { heading: 'module', align: 'left' },
      { heading: 'role', align: 'left' },
      { heading: 'tensors', align: 'right' },
      { heading: 'dtype', align: 'left' },
      { heading: 'shape', align: 'left' },
      { heading: 'bytes', align: 'right' },
    ],
    rows,
  );
}

/** Shape of `--json`: schemas/inspect.schema.json. */
export function inspectJson(checkpoint: Checkpoint): object {
  const { tree, config } = checkpoint;
  return {
    kind: 'inspect',
    version: 1,
    checkpoint: checkpoint.name,
    architecture: config?.architectures[0] ?? null,
    layers: tree.layerCount,
    bytes: tree.bytes,
    elements: tree.elements,
    files: checkpoint.files.map(({ file, size }) => ({ file, size })),
    warnings: checkpoint.warnings,
    groups: tree.groups,
    tensors: tree.tensors.map((tensor) => {
      const { name, dtype, shape, file, offset, bytes, layer, module, expert, role, group, origin } = tensor;
      const bits = STORAGE_BITS[dtype];
      return {
        name,
        dtype,
        bits,
        shape,
        file,
        offset,
        bytes,
        layer: layer ?? null,
        module,
        expert: expert ?? null,
        role,
        group: group ?? null,
        ...(origin ? { origin } : {}),
      };
    }),
  };
}
