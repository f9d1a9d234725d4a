import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { FINDING_TITLES } from '../../extension/core/policy/finding-titles';
import { downcast, json, root } from './built-command';
import { sarifErrors } from './sarif-schema';

const balanced = path.join(root, 'samples/policies/balanced.dtype.yaml');
const mistakes = path.join(root, 'samples/policies/mistakes.dtype.yaml');
const sample = path.join(root, 'samples/tiny-sotu');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-check-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CODES = ['no-match', 'indivisible', 'shadowed', 'unknown-key', 'unknown-dtype', 'fused-differ'];

test('a good policy passes, one with errors fails, place by place', () => {
  expect(downcast('check', balanced)).toMatchObject({ code: EXIT.fine });
  const { code, out } = downcast('check', balanced, mistakes);
  expect(code).toBe(EXIT.findings);
  expect(out).toMatch(/mistakes\.dtype\.yaml:8:12: error: .*matches no tensor.* \[no-match\]/);
  expect(out).toMatch(/balanced\.dtype\.yaml: 0 errors, 0 warnings against 56 tensors/);
  const printed = json('check', downcast('check', balanced, mistakes, '--json').out) as {
    readonly policies: readonly { readonly findings: readonly { readonly code: string }[] }[];
  };
  expect(printed.policies.map(({ findings }) => findings.map(({ code }) => code))).toEqual([[], CODES]);
});

test('--max-warnings makes warnings count', () => {
  const policy = path.join(folder, 'warns.dtype.yaml');
  copyFileSync(mistakes, policy);
  const { out } = downcast('check', policy, '--checkpoint', sample, '--fix');
  expect(out).toMatch(/4 fixes made, 0 errors, 3 warnings against 56 tensors/);
  expect(downcast('check', policy, '--checkpoint', sample).code).toBe(EXIT.fine);
  expect(downcast('check', policy, '--checkpoint', sample, '--max-warnings', '3').code).toBe(EXIT.fine);
  expect(downcast('check', policy, '--checkpoint', sample, '--max-warnings', '2').code).toBe(EXIT.findings);
  expect(downcast('check', policy, '--max-warnings', 'few').code).toBe(EXIT.wrongUse);
});

test('--fix changes what a person would change, keeps comments, and leaves nothing behind', () => {
  const policy = path.join(folder, 'mistakes.dtype.yaml');
  copyFileSync(mistakes, policy);
  downcast('check', policy, '--checkpoint', sample, '--fix');
  const text = readFileSync(policy, 'utf8');
  expect(text).toContain("- match: 'model.layers.*.mlp.down_proj.weight'\n    dtype: fp8_e4m3");
  expect(text).toContain('group: 64\n');
  expect(text).toContain('# unknown-key: group is misspelt');
  expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  const before = text;
  downcast('check', policy, '--checkpoint', sample, '--fix');
  expect(readFileSync(policy, 'utf8')).toBe(before);
});

test('SARIF names the rules and points at the text', () => {
  const log = JSON.parse(downcast('check', mistakes, '--format', 'sarif').out) as Sarif;
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  expect(run!.tool.driver.rules.map(({ id }) => id)).toEqual(Object.keys(FINDING_TITLES));
  expect(run!.results.map(({ ruleId }) => ruleId)).toEqual(CODES);
  for (const { ruleId, ruleIndex } of run!.results) expect(run!.tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
  expect(run!.results[0]).toMatchObject({
    level: 'error',
    locations: [{ physicalLocation: { region: { startLine: 8, startColumn: 12, endLine: 8 } } }],
  });
  expect(run!.results[0]!.locations[0]!.physicalLocation.artifactLocation.uri).toMatch(/^file:\/\/\//);
});

test('SARIF is what its official schema says, whatever the policy', () => {
  const odd = path.join(folder, 'ein Ordner {mit} 100% "Überraschung".dtype.yaml');
  writeFileSync(odd, 'version: 1\nrules: [{ match: "a\\u0000\\u2028", dtype: int5 }, *gone]\n');
  const empty = path.join(folder, 'empty.dtype.yaml');
  writeFileSync(empty, '');
  for (const policies of [[balanced], [mistakes], [odd, empty, mistakes]]) {
    const log: unknown = JSON.parse(downcast('check', ...policies, '--format', 'sarif').out);
    expect(sarifErrors(log)).toEqual([]);
  }
  expect(sarifErrors({ version: '2.1.0', runs: [{ results: [{ level: 'loud' }] }] })).not.toEqual([]);
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
    }[];
  }[];
}

test('GitHub annotations escape what their syntax uses', () => {
  const { code, out } = downcast('check', mistakes, '--format', 'github');
  expect(code).toBe(EXIT.findings);
  const [first] = out.split('\n');
  expect(first).toMatch(
    /^::error file=[^,:]*mistakes\.dtype\.yaml,line=8,endLine=8,col=12,endColumn=\d+,title=no-match::/,
  );
  expect(out).toMatch(/::warning file=.*title=shadowed::/);
  expect(downcast('check', mistakes, '--format', 'xml').code).toBe(EXIT.wrongUse);
});

test('--level makes a finding louder or quieter', () => {
  const policy = path.join(folder, 'levels.dtype.yaml');
  copyFileSync(mistakes, policy);
  const args = ['check', policy, '--checkpoint', sample, '--fix'];
  expect(downcast(...args, '--level', 'shadowed=error').code).toBe(EXIT.findings);
  const { code, out } = downcast(
    ...args,
    '--level',
    'shadowed=off',
    '--level',
    'fused-differ=hint',
    '--max-warnings',
    '0',
  );
  expect(code).toBe(EXIT.fine);
  expect(out).not.toContain('[shadowed]');
  expect(downcast(...args, '--level', 'shadowy=off').err).toContain('there is no finding "shadowy"');
  expect(downcast(...args, '--level', 'shadowed=loud').code).toBe(EXIT.wrongUse);
});

test('each code has a page whose heading is its title', () => {
  for (const [code, title] of Object.entries(FINDING_TITLES)) {
    const page = readFileSync(path.join(root, 'docs/rules', `${code}.md`), 'utf8');
    expect(page.split('\n')[0]).toBe(`# ${code}: ${title}`);
  }
});
