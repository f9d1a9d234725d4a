import { dtypeLabel } from './dtype-label';
import type { Plan, PlannedTensor } from './plan';

/** Tensors of one kind whose dtype differs in the same way. */
export interface DtypeChange {
  /** Their name with numbers as `*`. */
  readonly template: string;
  readonly before: string;
  readonly after: string;
  readonly tensors: readonly string[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** What sets one plan apart from another over the same checkpoint, or two checkpoints of the same model. */
export interface PlanDifference {
  /** Those that move most bytes first. */
  readonly changes: readonly DtypeChange[];
  /** Tensors that only one of the checkpoints has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Tensors treated alike. */
  readonly same: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly bitsPerWeightBefore: number;
  readonly bitsPerWeightAfter: number;
}

export function planDifference(before: Plan, after: Plan): PlanDifference {
  const changes = new Map<
    string,
    { change: Omit<DtypeChange, 'tensors'>; tensors: string[]; from: number; to: number }
  >();
  const added: string[] = [];
  let same = 0;
  for (const planned of after.tensors) {
    const old = before.byName.get(planned.tensor.name);
    if (!old) {
      added.push(planned.tensor.name);
      continue;
    }
    if (signature(old) === signature(planned)) {
      same++;
      continue;
    }
    const template = namePattern(planned.tensor.name);
    const labels = labelsOf(old, planned);
    const key = [template, ...labels].join('\n');
    const known = changes.get(key) ?? {
      change: { template, before: labels[0], after: labels[1], bytesBefore: 0, bytesAfter: 0 },
      tensors: [],
      from: 0,
      to: 0,
    };
    known.tensors.push(planned.tensor.name);
    known.from += old.bytesAfter;
    known.to += planned.bytesAfter;
    changes.set(key, known);
  }
  const removed = before.tensors
    .filter(({ tensor }) => !after.byName.get(tensor.name))
    .map(({ tensor }) => tensor.name);
  return {
    changes: [...changes.values()]
      .map(({ change, tensors, from, to }) => ({ ...change, tensors, bytesBefore: from, bytesAfter: to }))
      .sort((a, b) => Math.abs(b.bytesAfter - b.bytesBefore) - Math.abs(a.bytesAfter - a.bytesBefore)),
    added,
    removed,
    same,
    bytesBefore: before.bytesAfter,
    bytesAfter: after.bytesAfter,
    bitsPerWeightBefore: before.bitsPerWeight,
    bitsPerWeightAfter: after.bitsPerWeight,
  };
}

/** A name with its numbers as wildcards: the glob that its siblings of other layers match too. */
function namePattern(name: string): string {
  return name.replace(/(?<=^|\.)\d+(?=\.|$)/g, '*');
}

/** All that decides a tensor's bytes. */
function signature(planned: PlannedTensor): string {
  const { treatment } = planned;
  return treatment.kind === 'keep' ? dtypeLabel(planned) : JSON.stringify(treatment.cast);
}

/** The dtypes; where they read alike, what else differs is added. */
function labelsOf(old: PlannedTensor, planned: PlannedTensor): readonly [string, string] {
  const labels = [dtypeLabel(old), dtypeLabel(planned)] as const;
  if (labels[0] !== labels[1]) return labels;
  const details = [old, planned].map(({ treatment }) => {
    if (treatment.kind === 'keep') return 'kept';
    return JSON.stringify({ ...treatment.cast, format: undefined, scale: undefined });
  });
  return [`${labels[0]} ${details[0]}`, `${labels[1]} ${details[1]}`];
}
