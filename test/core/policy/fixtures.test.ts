import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding, Fix } from '../../../extension/core/policy/finding';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { CHECKPOINTS } from '../resolve/model-names';
import { FAKE_FORMATS } from './fake-formats';
import { differences } from './want-comments';

const FOLDER = path.join(import.meta.dirname, 'fixtures');

/** Findings as a user sees them, against the checkpoint that the fixture's first line names. */
function findingsOf(text: string): readonly Finding[] {
  const { policy, findings } = parsePolicy(text, FAKE_FORMATS);
  const [, name] = /^# against (\w+)/.exec(text) ?? [];
  const tree = name === undefined ? undefined : CHECKPOINTS.get(name)!;
  return tree ? [...findings, ...resolve(policy, tree, FAKE_FORMATS).findings] : findings;
}

function applied(text: string, { edits }: Fix): string {
  const ordered = [...edits].sort((a, b) => b.range.start - a.range.start);
  return ordered.reduce((now, { range, text: by }) => now.slice(0, range.start) + by + now.slice(range.end), text);
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const text = readFileSync(path.join(FOLDER, file), 'utf8');
  const findings = findingsOf(text);

  it('has the findings that its comments want, and no others', () => {
    expect(differences(text, findings)).toEqual([]);
  });

  it('loses each finding by its preferred fix', () => {
    for (const found of findings) {
      const fix = found.fixes.find(({ preferred }) => preferred);
      if (!fix) continue;
      const fixed = findingsOf(applied(text, fix));
      const same = ({ code, message }: Finding): boolean => code === found.code && message === found.message;
      expect(fixed.filter(same), `${fix.title} settles "${found.message}"`).toHaveLength(
        findings.filter(same).length - 1,
      );
    }
  });
});
