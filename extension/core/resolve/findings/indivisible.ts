import { finding, replacement, type Fix } from '../../policy/finding';
import { anyOf } from '../../policy/nearest';
import type { DtypeChoice, Rule } from '../../policy/policy';
import type { TreeTensor } from '../../checkpoint/tensor';
import type { Granularity } from '../../formats/format';
import { isFloat, scaleTensorOf } from '../castable';
import { choiceOf, deciders, type DraftCheck } from '../draft';
import { castOf, divides } from '../treatment';

/** Group sizes that loaders know; other divisors are proposed only when none of these works. */
const USUAL = [16, 32, 64, 128, 256, 512];

/** Groups and blocks that do not cut the rows of their tensors into whole pieces. */
export const indivisible: DraftCheck = (policy, { tensors, formats, tree }) => {
  const kept = new Map<DtypeChoice, TreeTensor[]>();
  for (const { treatment, decider, tensor } of tensors) {
    if (treatment.kind !== 'keep' || treatment.reason !== 'invalid') continue;
    const choice = choiceOf(decider, policy)!;
    const known = kept.get(choice);
    if (known) known.push(tensor);
    else kept.set(choice, [tensor]);
  }
  return deciders(policy).flatMap(({ choice }) => {
    const asked = castOf(choice, formats);
    if (!asked) return [];
    const { scale } = asked.cast;
    const wrong = (kept.get(choice) ?? []).filter(
      (tensor) =>
        isFloat(tensor.dtype) &&
        scaleTensorOf(tensor, tree) === undefined &&
        !divides(scale, tensor.shape, asked.format),
    );
    const [first] = wrong;
    if (!first) return [];
    const sizes = scale.kind === 'group' ? workingSizes(scale.size, wrong) : [];
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more tensors)` : '';
    const message = `${first.name}: ${explain(scale, first.shape, sizes)}${more}`;
    const range = choice.scale?.range ?? choice.dtype!.range;
    const names = wrong.map(({ name }) => name);
    return [finding('indivisible', 'error', range, message, { tensors: names, fixes: sizeFixes(choice, sizes) })];
  });
};

function explain(scale: Granularity, shape: readonly number[], sizes: readonly number[]): string {
  const columns = shape.at(-1) ?? 1;
  if (scale.kind === 'block') {
    const rows = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
    return `block ${scale.rows}x${scale.columns} does not divide ${rows} rows of ${columns}`;
  }
  const size = scale.kind === 'group' ? scale.size : 1;
  const advice = sizes.length > 0 ? `${anyOf(sizes.map(String))} would` : 'no usual group would: use scale: channel';
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
