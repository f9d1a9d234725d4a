/** A format's place in the chart. */
export interface ChartRow {
  readonly label: string;
  /** In percent. */
  readonly relativeError: number;
  /** Growth of perplexity in percent with its 95% interval; absent when it was not measured. */
  readonly perplexity: { readonly change: number; readonly low: number; readonly high: number } | undefined;
}

const ROW = 26;
const LABEL = 190;
const PANEL = 300;
const GAP = 40;
const TOP = 58;

/**
 * Bars of relative error and, where measured, of the growth of perplexity, one row a format in the order given.
 * A whole SVG document that follows the reader's light or dark preference.
 */
export function formatsChart(title: string, rows: readonly ChartRow[]): string {
  const measured = rows.some(({ perplexity }) => perplexity !== undefined);
  const width = LABEL + PANEL + (measured ? GAP + PANEL : 0) + 90;
  const height = TOP + rows.length * ROW + 16;
  const errorScale = PANEL / Math.max(...rows.map(({ relativeError }) => relativeError), 1e-9);
  const ends = rows.flatMap(({ perplexity }) =>
    perplexity ? [Math.abs(perplexity.high), Math.abs(perplexity.low)] : [],
  );
  const growthScale = PANEL / Math.max(...ends, 1e-9);
  const left = LABEL + PANEL + GAP;
  const body = rows.map(({ label, relativeError, perplexity }, at) => {
    const y = TOP + at * ROW;
    return [
      `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escape(label)}</text>`,
      bar(LABEL, y, relativeError * errorScale, `${relativeError.toPrecision(3)}%`),
      ...(perplexity ? growth(left, y, perplexity, growthScale) : []),
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#222}.bar{fill:#2f6fb0}.whisker{stroke:#222;stroke-width:1.5}.back{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#5b9bd5}.whisker{stroke:#ddd}.back{fill:#1e1e1e}}</style>',
    `<rect class="back" width="${width}" height="${height}"/>`,
    `<text x="12" y="22" font-weight="600">${escape(title)}</text>`,
    `<text x="${LABEL}" y="${TOP - 12}">relative error</text>`,
    ...(measured ? [`<text x="${left}" y="${TOP - 12}">perplexity growth, 95% interval</text>`] : []),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function bar(x: number, y: number, length: number, text: string): string {
  const shown = Math.max(0, length);
  return `<rect class="bar" x="${x}" y="${y + 3}" width="${shown.toFixed(1)}" height="${ROW - 10}"/><text x="${(x + shown + 5).toFixed(1)}" y="${y + 15}">${escape(text)}</text>`;
}

function growth(
  x: number,
  y: number,
  { change, low, high }: NonNullable<ChartRow['perplexity']>,
  scale: number,
): readonly string[] {
  const at = (value: number): string => (x + Math.max(0, value) * scale).toFixed(1);
  const middle = y + 3 + (ROW - 10) / 2;
  const end = Math.max(change, high, 0) * scale;
  return [
    `<rect class="bar" x="${x}" y="${y + 3}" width="${(Math.max(0, change) * scale).toFixed(1)}" height="${ROW - 10}"/>`,
    `<line class="whisker" x1="${at(low)}" x2="${at(high)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${(x + end + 5).toFixed(1)}" y="${y + 15}">${change >= 0 ? '+' : ''}${change.toFixed(2)}%</text>`,
  ];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
