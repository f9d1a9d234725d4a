import type { Checked } from './checked';

/** Shape of `--json`: schemas/check.schema.json. */
export function jsonText(checked: readonly Checked[]): string {
  const policies = checked.map(({ file, checkpoint, findings, fixed }) => ({
    policy: file,
    checkpoint: checkpoint ?? null,
    fixed,
    findings: findings.map(({ code, severity, message, start, end, tensors, fixes }) => {
      return { code, severity, message, start, end, tensors, fixes: fixes.map(({ title }) => title) };
    }),
  }));
  return `${JSON.stringify({ kind: 'check', version: 2, policies }, null, 2)}\n`;
}
