import { finding, replacement, type Finding, type Fix } from '../../policy/finding';
import { anyOf } from '../../policy/nearest';
import type { DtypeChoice, Rule } from '../../policy/policy';
import { LARGEST_ROTATION } from '../../policy/read/options';
import type { TreeTensor } from '../../checkpoint/tensor';
import type { Granularity, NumberFormat } from '../../formats/format';
import { isFloat, scaleTensorOf } from '../castable';
import { concerns, type Concern, type Draft, type DraftCheck } from '../draft';
import { castOf, divides } from '../treatment';
import { explainBlocks, fittingFormats, formatFixes } from './block-formats';
import { exceptFix } from './except-fix';

/** Group sizes that loaders know; other divisors are proposed only when none of these works. */
const USUAL = [16, 32, 64, 128, 256, 512];

/** Groups, blocks and rotations that do not cut the rows of their tensors into whole pieces. */
export const indivisible: DraftCheck = (policy, draft) =>
  concerns(policy, draft, ({ tensor, treatment }, choice) => {
    if (treatment.kind !== 'keep' || treatment.reason !== 'invalid') return false;
    const asked = castOf(choice, draft.formats);
    if (!asked || !isFloat(tensor.dtype) || scaleTensorOf(tensor, draft.tree) !== undefined) return false;
    return !divides(asked.cast, tensor.shape, asked.format);
  }).map((concern) => {
    const { cast, format } = castOf(concern.choice, draft.formats)!;
    const rotatable = concern.outcomes.every(({ tensor }) => divides({ scale: cast.scale }, tensor.shape, format));
    return rotatable && cast.rotate !== undefined
      ? rotationFinding(concern, cast.rotate)
      : scaleFinding(concern, cast.scale, format, draft);
  });

function scaleFinding(
  { decider, choice, outcomes, names }: Concern,
  scale: Granularity,
  format: NumberFormat,
  draft: Draft,
): Finding {
  const unfit = outcomes.filter(({ tensor }) => !divides({ scale }, tensor.shape, format));
  const wrong = unfit.map(({ tensor }) => tensor);
  const count = unfit.reduce((sum, outcome) => sum + outcome.count, 0);
  const first = wrong[0]!;
  // A size that suits these must not spoil the others that get the same.
  const fine = draft.outcomes.filter((each) => each.decider === decider && each.treatment.kind === 'cast');
  const all = [...wrong, ...fine.map(({ tensor }) => tensor)];
  const sizes = scale.kind === 'group' ? workingSizes(scale.size, all) : [];
  const fitting = format.blockSize === undefined ? undefined : fittingFormats(format, wrong, draft.formats);
  const apart = scale.kind === 'group' && sizes.length === 0 ? workingSizes(scale.size, wrong) : [];
  const why = fitting ? explainBlocks(format, first.shape, fitting) : explain(scale, first.shape, sizes, apart, format);
  const range = choice.scale?.range ?? choice.dtype!.range;
  const sized = fitting ? formatFixes(choice, fitting) : sizeFixes(choice, sizes);
  const fixes = sized.length > 0 || fine.length === 0 ? sized : exceptFix(choice, wrong, false);
  return finding('indivisible', 'error', range, `${first.name}: ${why}${others(count)}`, { tensors: names, fixes });
}

/** A run of the rotation that is not full would stay as it is, so that a loader had to know where runs end. */
function rotationFinding({ choice, outcomes, count, names }: Concern, rotate: number): Finding {
  const { name, shape } = outcomes[0]!.tensor;
  const size = largestRotation(outcomes.map(({ tensor }) => tensor));
  const advice = size > 1 ? `${size} would` : 'no rotation would: leave it out';
  const message = `${name}: rotate ${rotate} does not divide the row of ${shape.at(-1) ?? 1}; ${advice}${others(count)}`;
  const { range } = choice.options.find((option) => option.name === 'rotate')!;
  const fixes = size > 1 ? [replacement(`Use rotate ${size}`, range, String(size), true)] : [];
  return finding('indivisible', 'error', range, message, { tensors: names, fixes });
}

/** The largest power of two that divides the rows of all tensors. */
function largestRotation(tensors: readonly TreeTensor[]): number {
  const common = tensors.map(({ shape }) => shape.at(-1) ?? 1).reduce(greatestCommonDivisor);
  let size = 1;
  while (common % (size * 2) === 0 && size < LARGEST_ROTATION) size *= 2;
  return size;
}

function others(count: number): string {
  return count > 1 ? ` (and ${count - 1} more tensors)` : '';
}

const NO_GROUP = 'no usual group would';

/** `apart`: sizes that suit the tensors in question, but not the others that get the same. */
function explain(
  scale: Granularity,
  shape: readonly number[],
  sizes: readonly number[],
  apart: readonly number[],
  { granularities }: Pick<NumberFormat, 'granularities'>,
): string {
  const columns = shape.at(-1) ?? 1;
  if (scale.kind === 'block') {
    return `blocks of ${scale.rows} rows don't fill matrices of ${shape.at(-2)}, and none may lie in two of the stack`;
  }
  const size = scale.kind === 'group' ? scale.size : 1;
  const otherwise = granularities.includes('channel') ? 'use scale: channel' : 'keep it, or choose another format';
  const none =
    apart.length > 0 ? `${anyOf(apart.map(String))} would, in a rule of its own` : `${NO_GROUP}: ${otherwise}`;
  const advice = sizes.length > 0 ? `${anyOf(sizes.map(String))} would` : none;
  return `group ${size} does not divide the row of ${columns}; ${advice}`;
}

/** The sizes nearest to the wanted one, below and above, that divide the rows of all tensors. */
function workingSizes(wanted: number, tensors: readonly TreeTensor[]): readonly number[] {
  const common = tensors.map(({ shape }) => shape.at(-1) ?? 1).reduce(greatestCommonDivisor);
  const usual = USUAL.filter((size) => common % size === 0);
  const sizes = usual.length > 0 ? usual : divisors(common).filter((size) => size >= 8);
  return [sizes.filter((size) => size < wanted).at(-1), sizes.find((size) => size > wanted)].filter(
    (size) => size !== undefined,
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Divisors up to 1024, ascending. */
function divisors(value: number): readonly number[] {
  return Array.from({ length: Math.min(value, 1024) }, (_, at) => at + 1).filter((size) => value % size === 0);
}

function sizeFixes(choice: DtypeChoice, sizes: readonly number[]): readonly Fix[] {
  const { dtype, scale } = choice;
  if (!dtype) return [];
  return sizes.flatMap((size, at): readonly Fix[] => {
    const title = `Use group ${size}`;
    if (scale) return [replacement(title, scale.range, scale.key === 'group' ? `${size}` : `group ${size}`, at === 0)];
    const added = addedKey(choice, `group: ${size}`);
    return added === undefined ? [] : [{ title, edits: [added], preferred: at === 0 }];
  });
}

/** An edit that writes `line` below the dtype of a block rule. */
function addedKey(choice: DtypeChoice, line: string): Fix['edits'][number] | undefined {
  const { indent } = choice as Partial<Rule>;
  if (indent === undefined || !choice.dtype) return undefined;
  const { end } = choice.dtype.range;
  return { range: { start: end, end }, text: `\n${' '.repeat(indent)}${line}` };
}
