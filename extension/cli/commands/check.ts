import type { Finding } from '../../core/policy/finding';
import type { ExitCode } from '../exit-code';
import { EXIT } from '../exit-code';
import { openPolicy, type OpenedPolicy } from '../open-policy';
import { sourcePositions } from '../source-position';
import type { Terminal } from '../terminal';

export interface CheckOptions {
  readonly json: boolean;
  readonly checkpoint: string | undefined;
}

/** `downcast check`: findings of a policy, as the editor shows them. Exit code 1 when one is an error. */
export async function check(file: string, options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const opened = await openPolicy(file, options.checkpoint);
  terminal.out(options.json ? `${JSON.stringify(checkJson(opened), null, 2)}\n` : checkText(opened));
  return opened.findings.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.fine;
}

function inTextOrder(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}

function checkText(opened: OpenedPolicy): string {
  const position = sourcePositions(opened.text);
  const lines = inTextOrder(opened.findings).map(({ range, severity, code, message }) => {
    const { line, column } = position(range.start);
    return `${opened.file}:${line}:${column}: ${severity}: ${message} [${code}]`;
  });
  const count = (severity: Finding['severity']): number =>
    opened.findings.filter((finding) => finding.severity === severity).length;
  const against = opened.opened ? `${opened.opened.plan.tensors.length} tensors` : 'no checkpoint';
  const summary = `${opened.file}: ${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')} against ${against}`;
  return `${[...lines, summary].join('\n')}\n`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Shape of `--json`: schemas/check.schema.json. */
export function checkJson(opened: OpenedPolicy): object {
  const position = sourcePositions(opened.text);
  return {
    kind: 'check',
    version: 1,
    policy: opened.file,
    checkpoint: opened.opened?.path ?? null,
    findings: inTextOrder(opened.findings).map(({ code, severity, message, range, tensors, fixes }) => ({
      code,
      severity,
      message,
      start: position(range.start),
      end: position(range.end),
      tensors,
      fixes: fixes.map(({ title }) => title),
    })),
  };
}
