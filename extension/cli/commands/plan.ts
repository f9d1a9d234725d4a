import { formatBits, formatBytes } from '../../core/byte-size';
import { dtypeAfter } from '../../core/resolve/dtype-after';
import type { Plan, PlannedTensor } from '../../core/resolve/plan';
import type { ExitCode } from '../exit-code';
import { EXIT } from '../exit-code';
import { openPolicy, requireCheckpoint } from '../open-policy';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';

export interface PlanOptions {
  readonly json: boolean;
  readonly checkpoint: string | undefined;
  /** List every tensor after the totals. */
  readonly tensors: boolean;
}

/** `downcast plan`: what becomes of every tensor, with exact bytes; nothing is read but headers. */
export async function plan(file: string, options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const opened = await openPolicy(file, options.checkpoint);
  const { plan: resolved, path } = requireCheckpoint(opened);
  if (options.json) terminal.out(`${JSON.stringify(planJson(file, path, resolved), null, 2)}\n`);
  else terminal.out(`${planText(resolved, options.tensors)}\n`);
  return opened.findings.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.fine;
}

function decidedBy({ decider }: PlannedTensor): string {
  return decider.kind === 'rule' ? `rule ${decider.index + 1}` : 'default';
}

function planText(resolved: Plan, everyTensor: boolean): string {
  const dtypes = [...new Set(resolved.tensors.map(dtypeAfter))];
  const rows = dtypes.map((dtype) => {
    const members = resolved.tensors.filter((planned) => dtypeAfter(planned) === dtype);
    const before = members.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0);
    const after = members.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0);
    const elements = members.reduce((sum, { tensor }) => sum + tensor.shape.reduce((a, b) => a * b, 1), 0);
    const bits = elements === 0 ? '-' : formatBits((after * 8) / elements);
    return [dtype, String(members.length), formatBytes(before), formatBytes(after), bits];
  });
  const totals = formatTable(
    [
      { heading: 'dtype', align: 'left' },
      { heading: 'tensors', align: 'right' },
      { heading: 'before', align: 'right' },
      { heading: 'after', align: 'right' },
      { heading: 'bits/weight', align: 'right' },
    ],
    [
      ...rows,
      [
        'total',
        String(resolved.tensors.length),
        formatBytes(resolved.bytesBefore),
        formatBytes(resolved.bytesAfter),
        formatBits(resolved.bitsPerWeight),
      ],
    ],
  );
  if (!everyTensor) return totals;
  const tensors = formatTable(
    [
      { heading: 'tensor', align: 'left' },
      { heading: 'before', align: 'left' },
      { heading: 'after', align: 'left' },
      { heading: 'bytes', align: 'right' },
      { heading: 'decided by', align: 'left' },
    ],
    resolved.tensors.map((planned) => [
      planned.tensor.name,
      planned.tensor.dtype.toLowerCase(),
      dtypeAfter(planned),
      formatBytes(planned.bytesAfter),
      decidedBy(planned),
    ]),
  );
  return `${totals}\n\n${tensors}`;
}

/** Shape of `--json`: schemas/plan.schema.json. */
export function planJson(policy: string, checkpoint: string, resolved: Plan): object {
  return {
    kind: 'plan',
    version: 1,
    policy,
    checkpoint,
    bytesBefore: resolved.bytesBefore,
    bytesAfter: resolved.bytesAfter,
    bitsPerWeight: resolved.bitsPerWeight,
    errors: resolved.findings.filter(({ severity }) => severity === 'error').length,
    rules: resolved.rules,
    tensors: resolved.tensors.map((planned) => ({
      name: planned.tensor.name,
      before: planned.tensor.dtype,
      after: dtypeAfter(planned),
      shape: planned.tensor.shape,
      bytesBefore: planned.bytesBefore,
      bytesAfter: planned.bytesAfter,
      rule: planned.decider.kind === 'rule' ? planned.decider.index : null,
      beaten: planned.beaten,
      ...(planned.treatment.kind === 'cast'
        ? { cast: planned.treatment.cast, parts: planned.treatment.parts }
        : { keep: planned.treatment.reason }),
    })),
  };
}
