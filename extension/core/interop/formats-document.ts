import { bitsPerWeight } from '../formats/bits-per-weight';
import type { NumberFormat } from '../formats/format';
import { printGranularity } from '../policy/read/scale';
import { layoutsOf } from './layouts';

const HEAD = `# Number formats

Every dtype a policy can name. This page is written from the code by \`npm run generate\`;
\`downcast formats ID\` prints one format with its code points.

- **Bits a weight** are those on disk of a 4096 x 4096 matrix with the default scale: scales and packing counted.
- **Range** is the largest magnitude of a code before scaling, and the smallest one that is not zero.
- **Read by** are layouts of other programs that hold it; a format without one is written for Downcast alone, with
  a description of every stored tensor in \`downcast.json\`.

| id | also written | bits a weight | codes | range | default scale | other scales | options | read by | source |
|---|---|---|---|---|---|---|---|---|---|
`;

/** docs/formats.md: one row a format. */
export function formatsDocument(formats: readonly NumberFormat[]): string {
  return `${HEAD}${formats.map(row).join('\n')}\n`;
}

function row(format: NumberFormat): string {
  const { id, aliases, defaultScale, granularities, options = [], source, stochastic } = format;
  const others = granularities.filter((kind) => kind !== defaultScale.kind);
  const cells = [
    `\`${id}\``,
    aliases.map((alias) => `\`${alias}\``).join(' '),
    bitsPerWeight(format)
      .toFixed(3)
      .replace(/\.?0+$/, ''),
    String(format.codePoints?.length ?? `2^${format.bits}`),
    rangeText(format),
    defaultScale.kind === 'none' ? '' : `${printGranularity(defaultScale)}, ${format.defaultScaleDtype}`,
    others.join(', '),
    [...(stochastic ? ['stochastic'] : []), ...options].join(', '),
    layoutsOf(format).join(', '),
    source,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** `448 / 0.00195`: the largest code point and the smallest above zero; only the largest where codes are many. */
export function rangeText({ codePoints, largest }: NumberFormat): string {
  const smallest = codePoints?.find((code) => code > 0);
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return smallest === undefined ? short(largest) : `${short(largest)} / ${short(smallest)}`;
}
