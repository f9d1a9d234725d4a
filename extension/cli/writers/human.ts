import type { Checked } from './checked';
import { countOf } from './checked';

/** `file:line:column: severity: message [code]`, which editors and terminals make links of, and a summary a file. */
export function humanText(checked: readonly Checked[]): string {
  return checked.map(policyText).join('');
}

function policyText(checked: Checked): string {
  const lines = checked.findings.map(({ start, severity, message, code }) => {
    return `${checked.file}:${start.line}:${start.column}: ${severity}: ${message} [${code}]`;
  });
  const against = checked.tensors === undefined ? 'no checkpoint' : `${checked.tensors} tensors`;
  const found = `${plural(countOf([checked], 'error'), 'error')}, ${plural(countOf([checked], 'warning'), 'warning')}`;
  const fixed = checked.fixed > 0 ? `${plural(checked.fixed, 'fix', 'fixes')} made, ` : '';
  return `${[...lines, `${checked.file}: ${fixed}${found} against ${against}`].join('\n')}\n`;
}

export function plural(count: number, noun: string, more = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : more}`;
}
