import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { finding } from '../../../extension/core/policy/finding';
import { FINDING_LEVELS, readFindingLevels, withLevels } from '../../../extension/core/policy/severities';

const ROOT = path.join(import.meta.dirname, '../../..');
interface LevelsSchema {
  readonly propertyNames: { readonly enum: readonly string[] };
  readonly additionalProperties: { readonly enum: readonly string[] };
}

const NOWHERE = { start: 0, end: 0 };

describe('levels of findings', () => {
  it('make findings louder or quieter, or leave them out', () => {
    const findings = [
      finding('fragile', 'warning', NOWHERE, 'a'),
      finding('no-match', 'error', NOWHERE, 'b'),
      finding('tied', 'warning', NOWHERE, 'c'),
    ];
    const levels = withLevels(findings, { fragile: 'off', 'no-match': 'hint' });
    expect(levels.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['no-match hint', 'tied warning']);
    expect(findings[1]?.severity).toBe('error');
  });

  it('are read as far as they can be, and what can not is told', () => {
    expect(readFindingLevels({ fragile: 'off', tied: 'loud', 'no-match': 2 })).toEqual({
      levels: { fragile: 'off' },
      problems: [
        'tied: "loud" is no level; expected one of error, warning, information, hint, off',
        'no-match: 2 is no level; expected one of error, warning, information, hint, off',
      ],
    });
    expect(readFindingLevels(undefined)).toEqual({ levels: {}, problems: [] });
    expect(readFindingLevels('off').problems).toHaveLength(1);
    expect(readFindingLevels(JSON.parse('{ "__proto__": "off" }')).problems).toEqual([]);
  });

  it('can be set for every code, and for no other one, in the settings of VS Code', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      readonly contributes: { readonly configuration: { readonly properties: Record<string, LevelsSchema> } };
    };
    const setting = manifest.contributes.configuration.properties['downcast.findings'];
    const pages = readdirSync(path.join(ROOT, 'docs/rules')).map((file) => file.replace('.md', ''));
    expect(setting?.propertyNames.enum.toSorted()).toEqual(pages.sort());
    expect(setting?.additionalProperties.enum).toEqual(FINDING_LEVELS);
  });
});
