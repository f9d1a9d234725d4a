import { elementCount } from '../core/checkpoint/storage-dtype';
import { formatBits } from '../core/byte-size';
import { defaultCast } from '../core/formats/default-cast';
import type { NumberFormat } from '../core/formats/format';
import { castLabel } from '../core/resolve/dtype-label';
import { code } from './wording';

/** A matrix of usual size: on it a format's real bits per weight are told when no tensors are at hand. */
const USUAL_SHAPE: readonly number[] = [4096, 4096];

/** `int4 group 128: 4.13 bits per weight`: with the format's own scale, on a matrix of 4096 by 4096. */
export function nominalBits(format: NumberFormat): string {
  const cast = defaultCast(format);
  const bytes = format.parts(USUAL_SHAPE, cast).reduce((sum, part) => sum + part.bytes, 0);
  const label = castLabel(cast);
  const bits = `${formatBits((bytes * 8) / elementCount(USUAL_SHAPE))} bits per weight`;
  return label === format.id ? bits : `${label}: ${bits}`;
}

/** What there is to know about a format, as Markdown. */
export function describeFormat(format: NumberFormat): string {
  const { id, title, bits, largest, granularities, aliases, source } = format;
  const scales = granularities.filter((kind) => kind !== 'none').map((kind) => SCALES[kind]);
  const rows = [
    `${code(id)}: ${title}`,
    '',
    `- ${bits} bits a code; ${nominalBits(format)}`,
    `- Largest magnitude of a code: ${printNumber(largest)}${nearZero(format)}`,
    scales.length > 0 ? `- Scales: ${scales.join(', ')}` : '- No scales',
    `- A matrix of ${USUAL_SHAPE.join(' by ')} is stored as ${storedParts(format)}`,
    ...(aliases.length > 0 ? [`- Also written ${aliases.map(code).join(', ')}`] : []),
    `- Source: ${source}`,
  ];
  return rows.join('\n');
}

const SCALES: Readonly<Record<NumberFormat['granularities'][number], string>> = {
  none: 'none',
  tensor: 'one a tensor',
  channel: 'one a row',
  group: 'one a group',
  block: 'one a block',
};

/** `; 15 codes, the smallest above zero 1`. */
function nearZero({ codePoints }: NumberFormat): string {
  const smallest = codePoints?.find((value) => value > 0);
  if (!codePoints || smallest === undefined) return '';
  return `; ${codePoints.length} different values, the smallest above zero ${printNumber(smallest)}`;
}

function storedParts(format: NumberFormat): string {
  return format
    .parts(USUAL_SHAPE, defaultCast(format))
    .map(({ role, dtype, shape }) => `${role.replace('-', ' ')} ${dtype} [${shape.join(', ')}]`)
    .join(', ');
}

function printNumber(value: number): string {
  return Number.isInteger(value) && value < 1e6 ? String(value) : value.toPrecision(4);
}
