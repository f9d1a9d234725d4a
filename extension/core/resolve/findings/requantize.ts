import { finding } from '../../policy/finding';
import { isQuantized, scaleTensorOf } from '../castable';
import { concerns, type DraftCheck } from '../draft';
import { firstOf } from '../dtype-label';
import type { Outcome } from '../plan';
import { exceptFix } from './except-fix';

/** Floats that hold what a quantized value stands for closely enough: casting to them undoes, it does not round again. */
const WIDE: ReadonlySet<string> = new Set(['fp64', 'fp32', 'bf16', 'fp16']);

/** Casts of what is quantized already: codes are no numbers without their scales, and a second rounding adds to the first. */
export const requantize: DraftCheck = (policy, draft) => {
  const scaled = concerns(policy, draft, ({ tensor, treatment }, { dtype }) => {
    if (!dtype || treatment.kind === 'cast' || treatment.reason !== 'invalid') return false;
    return scaleTensorOf(tensor, draft.tree) !== undefined;
  });
  const blocks = concerns(
    policy,
    draft,
    ({ tensor, treatment }) =>
      isQuantized(tensor.dtype) && treatment.kind === 'cast' && !WIDE.has(treatment.cast.format),
  );
  const told = new Set(scaled.map(({ choice }) => choice));
  const nothing = concerns(policy, draft, isNotFloat).filter(({ decider, choice, count }) => {
    // A rule that asks for a cast and gets none, because all its tensors hold integers or packed codes.
    return decider.kind === 'rule' && choice.dtype && !told.has(choice) && count === draft.won[decider.index]!.size;
  });
  return [
    ...scaled.map(({ decider, choice, outcomes, count, names }) => {
      const scale = scaleTensorOf(outcomes[0]!.tensor, draft.tree)!;
      const message = `${firstOf(names, count)}: quantized already, and the codes mean nothing without ${scale}; keep it, or start from the unquantized checkpoint`;
      // Excepted are those among others; a rule of nothing else is the author's to change.
      const isAll = decider.kind !== 'rule' || draft.won[decider.index]!.size === count;
      const wrong = outcomes.map(({ tensor }) => tensor);
      const fixes = isAll ? [] : exceptFix(choice, wrong, false);
      return finding('requantize', 'error', choice.dtype!.range, message, { tensors: names, fixes });
    }),
    ...blocks.map(({ choice, outcomes, count, names }) => {
      const message = `${firstOf(names, count)}: quantized already, as ${outcomes[0]!.tensor.dtype}; a second rounding adds its error to the first. Start from the unquantized checkpoint where there is one`;
      return finding('requantize', 'warning', choice.dtype!.range, message, { tensors: names });
    }),
    ...nothing.map(({ choice, outcomes, count, names }) => {
      const { dtype } = outcomes[0]!.tensor;
      const message = `${firstOf(names, count)}: stored as ${dtype}, which is no floating point number, so nothing is cast`;
      return finding('requantize', 'warning', choice.dtype!.range, message, { tensors: names });
    }),
  ];
};

function isNotFloat({ treatment }: Outcome): boolean {
  return treatment.kind === 'keep' && treatment.reason === 'not-float';
}
