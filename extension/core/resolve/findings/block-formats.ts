import type { TreeTensor } from '../../checkpoint/tensor';
import { bitsPerWeight } from '../../formats/bits-per-weight';
import type { NumberFormat } from '../../formats/format';
import type { FormatTable } from '../../formats/format-table';
import { replacement, type Fix } from '../../policy/finding';
import { anyOf } from '../../policy/nearest';
import type { DtypeChoice } from '../../policy/policy';

/** How many formats are proposed. */
const PROPOSED = 2;

/** Formats of smaller fixed blocks that divide all rows and hold at least as many bits: the narrowest first. */
export function fittingFormats(
  format: NumberFormat,
  tensors: readonly TreeTensor[],
  formats: FormatTable,
): readonly string[] {
  const least = bitsPerWeight(format);
  return formats
    .ids()
    .map((id) => formats.find(id)!.format)
    .filter(
      ({ blockSize }) => blockSize !== undefined && tensors.every(({ shape }) => columnsOf(shape) % blockSize === 0),
    )
    .map((each) => ({ id: each.id, bits: bitsPerWeight(each) }))
    .filter(({ bits }) => bits >= least)
    .sort((a, b) => a.bits - b.bits)
    .slice(0, PROPOSED)
    .map(({ id }) => id);
}

export function explainBlocks(format: NumberFormat, shape: readonly number[], fitting: readonly string[]): string {
  const advice = fitting.length > 0 ? `${anyOf(fitting)} would do` : 'keep it, or choose a format without blocks';
  return `${format.id} stores rows as whole blocks of ${format.blockSize}, which do not divide the row of ${columnsOf(shape)}; ${advice}`;
}

export function formatFixes({ dtype }: DtypeChoice, fitting: readonly string[]): readonly Fix[] {
  if (!dtype) return [];
  return fitting.map((id, at) => replacement(`Use ${id}`, dtype.range, id, at === 0));
}

function columnsOf(shape: readonly number[]): number {
  return shape.at(-1) ?? 1;
}
