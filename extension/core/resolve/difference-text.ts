import { formatBits, formatBytes } from '../byte-size';
import type { PlanDifference } from './plan-difference';

/** `-1.42 MB`, `+12 kB`, `0 B`. */
export function signedBytes(bytes: number): string {
  return bytes === 0 ? '0 B' : `${bytes < 0 ? '-' : '+'}${formatBytes(Math.abs(bytes))}`;
}

/** One sentence: tensors, bytes and bits per weight before and after. */
export function differenceSummary({ changes, same, ...difference }: PlanDifference): string {
  const { bytesBefore, bytesAfter, bitsPerWeightBefore, bitsPerWeightAfter } = difference;
  const changed = changes.reduce((sum, { tensors }) => sum + tensors.length, 0);
  return [
    `${changed} tensors change, ${same} do not`,
    `${formatBytes(bytesBefore)} -> ${formatBytes(bytesAfter)} (${signedBytes(bytesAfter - bytesBefore)})`,
    `${formatBits(bitsPerWeightBefore)} -> ${formatBits(bitsPerWeightAfter)} bits per weight`,
  ].join('; ');
}

/** A difference in Markdown. */
export function differenceMarkdown(title: string, difference: PlanDifference): string {
  const rows = difference.changes.map(({ template, before, after, tensors, bytesBefore, bytesAfter }) => {
    const name = tensors.length === 1 ? tensors[0]! : template;
    return `| \`${name}\` | ${tensors.length} | ${before} | ${after} | ${signedBytes(bytesAfter - bytesBefore)} |`;
  });
  const table = ['| tensors | count | before | after | bytes |', '|---|---:|---|---|---:|', ...rows];
  const lines = [`# ${title}`, '', `${differenceSummary(difference)}.`, '', ...(rows.length > 0 ? [...table, ''] : [])];
  return lines.join('\n');
}
