import { formatBits, formatBytes } from '../core/byte-size';

/** `1 tensor`, `30 tensors`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `12.3 MB → 3.1 MB`. */
export function beforeAfter(before: number, after: number): string {
  return `${formatBytes(before)} → ${formatBytes(after)}`;
}

/** `4.13 bits per weight`: of stored bytes, scales and all. */
export function bitsPerWeight(bytes: number, elements: number): string {
  return `${formatBits(elements === 0 ? 0 : (bytes * 8) / elements)} bits per weight`;
}

/** Markdown code of any text, backticks in it too. */
export function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  const space = fence.length > 1 ? ' ' : '';
  return `${fence}${space}${text.replaceAll('\n', ' ')}${space}${fence}`;
}
