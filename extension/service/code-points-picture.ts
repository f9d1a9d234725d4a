import { distribution } from '../core/analysis/value-bins';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { NumberFormat } from '../core/formats/format';

const WIDTH = 360;
const MARGIN = 6;
const TICKS = 16;
const BARS = 56;

/** Bars of a histogram. */
const BINS = 60;

/** Colours that can be seen on light and on dark ground: a picture does not know the theme it is shown in. */
const BAR = '#7f8fa6';
const TICK = '#d9822b';
const AXIS = '#888888';

/** Steps of a histogram made of characters. */
const BLOCKS = '▁▂▃▄▅▆▇█';

/** Characters of one. */
const CHARACTERS = 24;

/**
 * The code points of a format as ticks between its least and its largest, as a Markdown image; with a profile, the
 * values of a tensor above them, scaled so that the largest magnitude falls on the largest code. The same input
 * gives the same text. Undefined for formats whose codes are too many to draw.
 */
export function codePointsPicture(
  { id, codePoints, largest }: Pick<NumberFormat, 'id' | 'codePoints' | 'largest'>,
  profile?: ValueProfile,
): string | undefined {
  if (!codePoints || codePoints.length < 2) return undefined;
  const least = Math.min(...codePoints, -largest);
  const most = Math.max(...codePoints, largest);
  const x = (value: number): string => (MARGIN + ((value - least) / (most - least)) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const base = MARGIN + (profile ? BARS : 0);
  const height = base + TICKS + MARGIN;
  const ticks = [...new Set(codePoints.map(x))].map((at) => `M${at} ${base}v${TICKS}`).join('');
  const bars = profile ? barsOf(profile, largest, x, base) : '';
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">` +
    `${bars}<path stroke="${TICK}" stroke-width="1" d="${ticks}"/>` +
    `<path stroke="${AXIS}" d="M${MARGIN} ${base}h${WIDTH - 2 * MARGIN}"/></svg>`;
  const what = profile ? `Values against the code points of ${id}` : `Code points of ${id}`;
  return `![${what}](data:image/svg+xml;base64,${btoa(svg)})`;
}

/** One path of bars; `largest` is the code that the largest magnitude is scaled to. */
function barsOf(profile: ValueProfile, largest: number, x: (value: number) => string, base: number): string {
  const counts = histogram(profile, BINS);
  const highest = Math.max(...counts, 1);
  const width = (2 * largest) / BINS;
  const shapes = counts.map((count, at) => {
    const [left, right] = [x(-largest + at * width), x(-largest + (at + 1) * width)];
    return count === 0 ? '' : `M${left} ${base}V${(base - (count / highest) * BARS).toFixed(1)}H${right}V${base}z`;
  });
  return `<path fill="${BAR}" d="${shapes.join('')}"/>`;
}

/** The same for editors that show text only: `▁▁▂▅█▅▂▁▁`, from the least value's magnitude to the largest's. */
export function textHistogram(profile: ValueProfile): string {
  const counts = histogram(profile, CHARACTERS);
  const highest = Math.max(...counts, 1);
  return counts.map((count) => BLOCKS[Math.ceil((count / highest) * (BLOCKS.length - 1))]!).join('');
}

/** How many values lie in each of `bins` equal parts between minus and plus the largest magnitude. */
export function histogram({ min, max, bins: counted }: ValueProfile, bins: number): readonly number[] {
  const counts = new Array<number>(bins).fill(0);
  const amax = Math.max(Math.abs(min), Math.abs(max));
  if (!Number.isFinite(amax)) return counts;
  const { values, counts: amounts } = distribution(counted);
  values.forEach((value, at) => {
    const part = amax === 0 ? 0.5 : (value / amax + 1) / 2;
    // Bins of the profile are rounded: the outermost can lie a little beyond the largest magnitude.
    counts[Math.min(bins - 1, Math.max(0, Math.floor(part * bins)))]! += amounts[at]!;
  });
  return counts;
}
