import { bitsPerWeight } from '../../core/formats/bits-per-weight';
import type { NumberFormat } from '../../core/formats/format';
import { FORMATS } from '../../core/formats/registry';
import {
  codePointText,
  optionKeys,
  roundingText,
  scaleText,
  shortNumber,
  storedText,
} from '../../core/interop/format-text';
import { layoutsOf } from '../../core/interop/layouts';
import { printGranularity, printScaleDtype } from '../../core/policy/read/scale';
import { EXIT, type ExitCode } from '../exit-code';
import { requireFormat } from '../require-format';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';

export interface FormatsOptions {
  readonly json: boolean;
}

/** `downcast formats [id]`: the number formats a policy can name. */
export function formats(id: string | undefined, options: FormatsOptions, terminal: Terminal): ExitCode {
  const chosen = id === undefined ? [...FORMATS.values()] : [requireFormat(id)];
  if (options.json) {
    terminal.out(`${JSON.stringify({ kind: 'formats', version: 1, formats: chosen.map(formatJson) }, null, 2)}\n`);
  } else {
    terminal.out(`${id === undefined ? table(chosen) : details(chosen[0]!)}\n`);
  }
  return EXIT.fine;
}

function table(chosen: readonly NumberFormat[]): string {
  return formatTable(
    [
      { heading: 'format', align: 'left' },
      { heading: 'bits/weight', align: 'right' },
      { heading: 'largest', align: 'right' },
      { heading: 'default scale', align: 'left' },
      { heading: 'title', align: 'left' },
    ],
    chosen.map((format) => [
      format.id,
      bitsPerWeight(format).toFixed(3),
      shortNumber(format.largest),
      scaleText(format),
      format.title,
    ]),
  );
}

function details(format: NumberFormat): string {
  const { id, title, aliases, bits, largest, granularities, codePoints, source, blockSize } = format;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['also written', aliases.length > 0 ? `${aliases.join(', ')}; in any letter case` : undefined],
    ['bits', `${bits} a code; ${bitsPerWeight(format).toFixed(3)} a weight with scales (4096 x 4096)`],
    ['range', rangeDetails(format)],
    ['scales', blockSize === undefined ? scaleDetails(format) : `inside its blocks of ${blockSize} columns`],
    ['rounding', roundingText(format)],
    ['keys', optionKeys(format).join(', ') || undefined],
    ['stored as', storedText(format).join(', ')],
    ['read by', layoutsOf(format).join(', ') || 'no other program; downcast.json describes it'],
    ['source', source],
    ['code points', codePoints && codePoints.length <= 32 ? codePoints.map(codePointText).join(' ') : undefined],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return [`${id}: ${title}`, ...known.map(([name, text]) => folded(name, text))].join('\n');

  function scaleDetails({ defaultScale, defaultScaleDtype }: NumberFormat): string {
    if (granularities.length === 1 && defaultScale.kind === 'none') return 'none';
    const stored = defaultScale.kind === 'none' ? '' : `, stored as ${printScaleDtype(defaultScaleDtype)}`;
    return `${granularities.join(', ')}; default ${printGranularity(defaultScale)}${stored}`;
  }

  function rangeDetails(of: NumberFormat): string {
    const smallest = codePoints?.find((code) => code > 0);
    const least = smallest === undefined ? '' : `, ${codePointText(smallest)} the smallest above zero`;
    return `${shortNumber(largest)} the largest${least}${of.blockSize === undefined ? '' : ', scales included'}`;
  }
}

const MARGIN = 15;
const WIDTH = 110;

/** A name in the margin and its text beside it, folded between words. */
function folded(name: string, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length > 0 && line.length + word.length + 1 > WIDTH - MARGIN) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, at) => (at === 0 ? name : '').padEnd(MARGIN) + line).join('\n');
}

/** Shape of `--json`: schemas/formats.schema.json. */
function formatJson(format: NumberFormat): object {
  const { id, aliases, title, family, bits, largest, granularities, defaultScale, defaultScaleDtype, source } = format;
  return {
    id,
    aliases,
    title,
    family,
    bits,
    largest,
    granularities,
    defaultScale,
    defaultScaleDtype,
    source,
    options: optionKeys(format),
    rounding: roundingText(format),
    stored: storedText(format),
    bitsPerWeight: bitsPerWeight(format),
    layouts: layoutsOf(format),
    codePoints: format.codePoints ?? null,
  };
}
