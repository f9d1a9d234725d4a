import { bitsPerWeight } from '../../core/formats/bits-per-weight';
import type { NumberFormat } from '../../core/formats/format';
import { BUILT_IN_FORMATS, FORMATS } from '../../core/formats/registry';
import { layoutsOf } from '../../core/interop/layouts';
import { printGranularity } from '../../core/policy/read/scale';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';

export interface FormatsOptions {
  readonly json: boolean;
}

/** `downcast formats [id]`: the number formats a policy can name. */
export function formats(id: string | undefined, options: FormatsOptions, terminal: Terminal): ExitCode {
  const chosen = id === undefined ? [...FORMATS.values()] : [one(id)];
  if (options.json) {
    terminal.out(`${JSON.stringify({ kind: 'formats', version: 1, formats: chosen.map(formatJson) }, null, 2)}\n`);
  } else {
    terminal.out(`${id === undefined ? table(chosen) : details(chosen[0]!)}\n`);
  }
  return EXIT.fine;
}

function one(id: string): NumberFormat {
  const found = BUILT_IN_FORMATS.find(id);
  if (found) return found.format;
  throw new CommandError(`"${id}" is not a number format; "downcast formats" lists them`, EXIT.wrongUse);
}

function table(chosen: readonly NumberFormat[]): string {
  return formatTable(
    [
      { heading: 'format', align: 'left' },
      { heading: 'bits/weight', align: 'right' },
      { heading: 'largest', align: 'right' },
      { heading: 'default scale', align: 'left' },
      { heading: 'title', align: 'left' },
      { heading: 'also written', align: 'left' },
    ],
    chosen.map((format) => [
      format.id,
      bitsPerWeight(format).toFixed(3),
      String(Number(format.largest.toPrecision(5))),
      printGranularity(format.defaultScale),
      format.title,
      format.aliases.join(', '),
    ]),
  );
}

function details(format: NumberFormat): string {
  return [
    `${format.id}: ${format.title}`,
    `also written   ${format.aliases.join(', ') || '-'}`,
    `bits           ${format.bits} a code; ${bitsPerWeight(format).toFixed(3)} a weight with scales (4096 x 4096)`,
    `largest        ${format.largest}`,
    `scales         ${format.granularities.join(', ')}; default ${printGranularity(format.defaultScale)}, stored as ${format.defaultScaleDtype}`,
    `rounding       nearest, ties to even${format.stochastic ? '; stochastic with a seed' : ''}`,
    `options        ${format.options?.join(', ') ?? '-'}`,
    `read by        ${layoutsOf(format).join(', ') || 'no other program; downcast.json describes it'}`,
    `source         ${format.source}`,
    ...(format.codePoints && format.codePoints.length <= 32 ? [`code points    ${format.codePoints.join(' ')}`] : []),
  ].join('\n');
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
    options: format.options ?? [],
    bitsPerWeight: bitsPerWeight(format),
    layouts: layoutsOf(format),
    codePoints: format.codePoints ?? null,
  };
}
