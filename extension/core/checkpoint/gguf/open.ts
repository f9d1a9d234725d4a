import type { ByteSource, CheckpointFolder } from '../byte-source';
import type { Checkpoint } from '../checkpoint';
import { parseModelConfig } from '../config';
import { encodeConfig } from '../encode-config';
import type { ModelConfig } from '../model-config';
import { elementCount } from '../storage-dtype';
import type { TensorInfo } from '../tensor';
import { buildTensorTree } from '../tree';
import { ggufConfig } from './config';
import { shortest } from './fields';
import { readGgufHeader, type GgufHeader } from './header';
import type { GgufMetadata } from './metadata';
import { placeTensors, type PlacedTensors } from './place-tensors';
import { checkParts, ggufParts } from './split';

/** Tensors that hold no weights but what config.json says elsewhere: factors of rotary frequencies. */
const FACTORS = ['rope_freqs.weight', 'rope_factors_long.weight', 'rope_factors_short.weight'];
const MOST_FACTORS = 4096;

interface Part {
  readonly file: string;
  readonly size: number;
  readonly header: GgufHeader;
  readonly factors: readonly (readonly [string, readonly number[]])[];
}

/**
 * Opens a GGUF model: `file`, or all parts of the split one that it belongs to. Headers are read, and of the weights
 * only the few factors that scale rotary frequencies. The config is made from the metadata; a `config.json` beside it
 * is not looked at. Rejects with CheckpointError.
 */
export async function openGguf(
  folder: CheckpointFolder,
  names: readonly string[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const parts: Part[] = [];
  for (const part of ggufParts(folder.name, names, file)) parts.push(await readPart(folder, part, signal));
  checkParts(parts);
  // The parts behind the first say of themselves only that they are parts.
  const { metadata } = parts[0]!.header;
  const stored = parts.flatMap(({ header }) => header.tensors);
  const factors = new Map(parts.flatMap((part) => part.factors));
  const json = ggufConfig({ metadata, tensors: stored, factors });
  const config = parseModelConfig(encodeConfig(json), `${folder.name}/${parts[0]!.file}: metadata`);
  // What went into the config is no weight.
  const placed = placeTensors(
    stored.filter(({ name }) => !factors.has(name)),
    config,
  );
  return {
    name: folder.name,
    tree: buildTensorTree(placed.tensors, config),
    config,
    files: parts.map(({ file: part, size, header }) => ({ file: part, size, metadata: texts(header.metadata) })),
    index: undefined,
    warnings: [...parts.flatMap(trailingWarning), ...placementWarnings(parts[0]!.file, config, placed)],
    container: placed.unnamed ? 'gguf' : 'gguf-unnamed',
  };
}

function trailingWarning({ file, header: { trailing } }: Part): readonly string[] {
  return trailing === 0 ? [] : [`${file}: ${trailing} bytes behind the last tensor are of no tensor`];
}

function placementWarnings(file: string, config: ModelConfig, { unnamed, widened }: PlacedTensors): readonly string[] {
  if (!unnamed) {
    const family = config.model_type ?? 'unknown';
    return [`${file}: the architecture ${family} is not known here, so tensors have the names that GGUF gives them`];
  }
  const some = (names: readonly string[]): string =>
    names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  return [
    ...(unnamed.length === 0
      ? []
      : [`${file}: ${some(unnamed)}: only GGUF files have these, so they keep their names`]),
    ...(widened.length === 0
      ? []
      : [`${file}: ${some(widened)}: lie transposed in blocks, and are shown as the float32 that they are read as`]),
  ];
}

async function readPart(folder: CheckpointFolder, file: string, signal: AbortSignal | undefined): Promise<Part> {
  const source = await folder.open(file);
  try {
    const header = await readGgufHeader(source, { file, signal });
    const factors: Part['factors'][number][] = [];
    for (const tensor of header.tensors) {
      const values = FACTORS.includes(tensor.name) ? await readFactors(source, tensor, signal) : undefined;
      if (values) factors.push([tensor.name, values]);
    }
    return { file, size: source.size, header, factors };
  } finally {
    await source.close();
  }
}

async function readFactors(
  source: ByteSource,
  { dtype, shape, offset, bytes }: TensorInfo,
  signal: AbortSignal | undefined,
): Promise<readonly number[] | undefined> {
  if (dtype !== 'F32' || elementCount(shape) > MOST_FACTORS) return undefined;
  const { buffer } = await source.read(offset, bytes, signal);
  const view = new DataView(buffer);
  return Array.from({ length: bytes / 4 }, (_, at) => shortest(view.getFloat32(at * 4, true)));
}

/** What is no list, as text. */
function texts(metadata: GgufMetadata): ReadonlyMap<string, string> {
  return new Map(
    [...metadata].flatMap(([key, value]) => (typeof value === 'object' ? [] : [[key, String(value)] as const])),
  );
}
