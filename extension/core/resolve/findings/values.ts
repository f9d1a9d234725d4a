import type { StoredStatistics } from '../../checkpoint/stored-statistics';
import type { Cast, NumberFormat } from '../../formats/format';
import { finding } from '../../policy/finding';
import { concerns, type DraftCheck, type Draft } from '../draft';
import { castLabel } from '../dtype-label';
import type { Outcome } from '../plan';

/**
 * One value so many standard deviations away sets the scale of all: with 4 bits everything else rounds to zero. The
 * coarse grid of 15 codes has 7 on each side, so at 7 x 2 x 5 deviations even the tail of a normal tensor is lost.
 */
const LONELY = 70;

/** What the stored statistics say a cast will do to the values: overflow, saturate, refuse. */
export const values: DraftCheck = (policy, draft) => {
  const { statistics } = draft.tree;
  if (!statistics) return [];
  const troubleOf = createTroubles(statistics, draft);
  return concerns(policy, draft, (outcome) => troubleOf(outcome) !== undefined).map(({ choice, outcomes, names }) => {
    const troubled = outcomes.map((outcome) => troubleOf(outcome)!);
    const first = troubled[0]!;
    const count = troubled.reduce((sum, each) => sum + each.count, 0);
    const more = count > 1 ? ` (and ${count - 1} more tensors)` : '';
    const severity = troubled.some(({ refused }) => refused) ? 'error' : 'warning';
    const message = `${first.name}: ${first.message}${more}`;
    return finding('values', severity, choice.dtype!.range, message, {
      tensors: [...new Set([...troubled.map(({ name }) => name), ...names])],
    });
  });
};

interface Trouble {
  readonly name: string;
  readonly message: string;
  /** Whether applying will stop there. */
  readonly refused: boolean;
  readonly count: number;
}

/** Troubles by outcome, looked for once each: all tensors of an outcome are asked. */
function createTroubles(
  statistics: ReadonlyMap<string, StoredStatistics>,
  { outcomes, outcomeOf, tree, formats }: Draft,
): (outcome: Outcome) => Trouble | undefined {
  const found = new Map<Outcome, Trouble>();
  outcomeOf.forEach((number, at) => {
    const outcome = outcomes[number]!;
    if (outcome.treatment.kind !== 'cast') return;
    const { cast } = outcome.treatment;
    const format = formats.find(cast.format)?.format;
    const { name } = tree.tensors[at]!;
    const known = statistics.get(name);
    const trouble = format && known && troubleIn(known, cast, format);
    if (!trouble) return;
    const before = found.get(outcome);
    found.set(outcome, before ? { ...before, count: before.count + 1 } : { name, ...trouble, count: 1 });
  });
  return (outcome) => found.get(outcome);
}

function troubleIn(
  { min, max, std, nan, infinite }: StoredStatistics,
  cast: Cast,
  format: NumberFormat,
): Pick<Trouble, 'message' | 'refused'> | undefined {
  const { kind } = cast.scale;
  const label = castLabel(cast);
  if (nan + infinite > 0 && !(kind === 'none' && cast.overflow === 'ieee' && format.family === 'float')) {
    return {
      message: `holds ${nan} NaN and ${infinite} infinite values, which ${label} can't store; keep it`,
      refused: true,
    };
  }
  const amax = Math.max(Math.abs(min), Math.abs(max));
  const short = String(Number(amax.toPrecision(3)));
  if (kind === 'none' && amax > format.largest) {
    const becomes = cast.overflow === 'ieee' ? 'become infinite' : 'are cut to it';
    const advice = format.bits < 16 && format.family === 'float' ? 'give it a scale' : 'bf16 reaches further';
    return {
      message: `values up to ${short} exceed the largest of ${label}, ${format.largest}, and ${becomes}; ${advice}`,
      refused: false,
    };
  }
  if (format.bits <= 4 && (kind === 'tensor' || kind === 'channel') && std > 0 && amax / std > LONELY) {
    const away = Math.round(amax / std);
    return {
      message: `one value ${away} standard deviations away sets the scale; ${label} rounds most others to zero, use groups`,
      refused: false,
    };
  }
  return undefined;
}
