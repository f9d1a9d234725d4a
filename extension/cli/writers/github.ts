import type { Severity } from '../../core/policy/finding';
import { countOf, type Checked } from './checked';
import { plural } from './human';

const COMMAND: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/**
 * Workflow commands of GitHub Actions, which show findings on the lines of a pull request
 * (docs.github.com, "Workflow commands for GitHub Actions").
 */
export function githubText(checked: readonly Checked[]): string {
  const lines = checked.flatMap(({ file, findings }) =>
    findings.map(({ severity, start, end, code, message }) => {
      // Columns may be given only where a finding ends on the line it begins on.
      const columns = start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : '';
      const place = `file=${property(file)},line=${start.line},endLine=${end.line}${columns}`;
      return `::${COMMAND[severity]} ${place},title=${property(code)}::${data(message)}`;
    }),
  );
  const summary = `${plural(countOf(checked, 'error'), 'error')}, ${plural(countOf(checked, 'warning'), 'warning')}`;
  return `${[...lines, summary].join('\n')}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
