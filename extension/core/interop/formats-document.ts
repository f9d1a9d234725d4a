import { bitsPerWeight } from '../formats/bits-per-weight';
import type { NumberFormat } from '../formats/format';
import { codePointText, optionKeys, roundingText, scaleText, shortNumber } from './format-text';
import { layoutsOf } from './layouts';

const HEAD = `# Number formats

Every dtype a policy can name. This page is written from the code by \`npm run generate\`;
\`downcast formats ID\` prints one format with its code points.

- **Bits a weight** are those on disk of a 4096 x 4096 matrix with the default scale: scales and packing counted.
- **Range** is the largest magnitude of a code before scaling, and the smallest one that is not zero.
- **Rounding** is to nearest with ties to even where nothing else is said; what rounds stochastically takes a seed.
- **Read by** are layouts of other programs that hold it; a format without one is written for Downcast alone, with
  a description of every stored tensor in \`downcast.json\`.

[Four-bit formats compared](four-bit-formats.md) measures those of 4 bits on the sample.

| id | also written | bits a weight | codes | range | default scale | other scales | rounding | keys | read by | source |
|---|---|---|---|---|---|---|---|---|---|---|
`;

/** docs/formats.md: one row a format. */
export function formatsDocument(formats: readonly NumberFormat[]): string {
  return `${HEAD}${formats.map(row).join('\n')}\n${codePoints(formats)}`;
}

function row(format: NumberFormat): string {
  const { id, aliases, defaultScale, granularities, source } = format;
  const others = granularities.filter((kind) => kind !== defaultScale.kind);
  const cells = [
    `\`${id}\``,
    aliases.map((alias) => `\`${alias}\``).join(' '),
    bitsPerWeight(format)
      .toFixed(3)
      .replace(/\.?0+$/, ''),
    String(format.codePoints?.length ?? `2^${format.bits}`),
    rangeText(format),
    scaleText(format),
    others.join(', '),
    roundingText(format).replace(/^to nearest, ties to even(; )?/, ''),
    optionKeys(format)
      .map((key) => `\`${key}\``)
      .join(' '),
    layoutsOf(format).join(', '),
    source,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** `448 / 0.00195`: the largest code point and the smallest above zero; only the largest where codes are many. */
export function rangeText({ codePoints, largest }: NumberFormat): string {
  const smallest = codePoints?.find((code) => code > 0);
  return smallest === undefined ? shortNumber(largest) : `${shortNumber(largest)} / ${shortNumber(smallest)}`;
}

/** Formats of at most so many codes are listed with all of them. */
const FEW_CODES = 16;

function codePoints(formats: readonly NumberFormat[]): string {
  const few = formats.filter((format) => (format.codePoints?.length ?? Infinity) <= FEW_CODES);
  const rows = few.map((format) => `| \`${format.id}\` | ${format.codePoints!.map(codePointText).join(' ')} |`);
  return `
## Code points

Of the formats of at most ${FEW_CODES} codes, before scaling, with as many digits as tell them apart in float32.

| id | code points |
|---|---|
${rows.join('\n')}
`;
}
