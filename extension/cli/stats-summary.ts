import { LARGEST_NU } from '../core/analysis/student-fit';
import type { SurveyedTensor } from '../jobs/survey';

/** Up to which nu a Student t codebook (sf4) loses less than the normal one (nf4): docs/four-bit-formats.md. */
const HEAVY_TAILS = 8;

/** What the matrices have in common: how heavy their tails are, and which formats are best how often. */
export function statsSummary(surveyed: readonly SurveyedTensor[], widths: readonly number[]): readonly string[] {
  const matrices = surveyed.filter(({ best }) => best.length > 0);
  if (matrices.length === 0) return [];
  return [tails(matrices), ...widths.flatMap((width) => winners(matrices, width))];
}

function tails(matrices: readonly SurveyedTensor[]): string {
  const nus = matrices.flatMap(({ statistics: { student } }) => (student ? [student.nu] : [])).sort((a, b) => a - b);
  const median = nus[Math.floor((nus.length - 1) / 2)];
  if (median === undefined) return `${matrices.length} matrices`;
  const heavy = nus.filter((nu) => nu < HEAVY_TAILS).length;
  const middle = median > LARGEST_NU * 0.99 ? 'normal' : median.toPrecision(3);
  return `${matrices.length} matrices: median nu ${middle}; ${heavy} with heavy tails (nu below ${HEAVY_TAILS}), where sf4 suits better than nf4`;
}

/** `best 4 bit: q4_k (4.50 bits a weight) 41 times, nf4 (4.27) 2 times`. */
function winners(matrices: readonly SurveyedTensor[], width: number): readonly string[] {
  const counts = new Map<string, { count: number; bits: number }>();
  for (const { best } of matrices) {
    const found = best.find((each) => each.width === width);
    if (!found) continue;
    const known = counts.get(found.format) ?? { count: 0, bits: found.bitsPerWeight };
    counts.set(found.format, { ...known, count: known.count + 1 });
  }
  if (counts.size === 0) return [];
  const ordered = [...counts].sort(([, a], [, b]) => b.count - a.count);
  const texts = ordered.map(([format, { count, bits }], at) => {
    return `${format} (${bits.toFixed(2)}${at === 0 ? ' bits a weight' : ''}) ${count === 1 ? 'once' : `${count} times`}`;
  });
  return [`best ${width} bit: ${texts.join(', ')}`];
}
