import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, json, root } from './built-command';

const policies = path.join(root, 'samples/policies');
const balanced = path.join(policies, 'balanced.dtype.yaml');
const aggressive = path.join(policies, 'aggressive.dtype.yaml');
const sample = path.join(root, 'samples/tiny-sotu');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-diff-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('diff counts tensors and bytes, most bytes first', () => {
  const { code, out } = downcast('diff', balanced, aggressive);
  expect(code).toBe(EXIT.fine);
  expect(out).toMatch(/^model\.embed_tokens\.weight +1 +bf16 +int4 group 64 +-770 kB$/m);
  expect(out).toMatch(/^model\.layers\.\*\.mlp\.down_proj\.weight +6 +fp8_e4m3 channel +nf4 group 64 +-349 kB$/m);
  expect(out).toContain('43 tensors change, 13 do not; 3.59 MB -> 2.17 MB (-1.42 MB)');
  expect(downcast('diff', balanced, aggressive, '--exit-code').code).toBe(EXIT.findings);
  expect(downcast('diff', balanced, balanced, '--exit-code').code).toBe(EXIT.fine);
  const printed = json('diff', downcast('diff', balanced, aggressive, '--json').out) as {
    readonly changes: readonly { readonly tensors: readonly string[] }[];
  };
  expect(printed.changes.reduce((sum, { tensors }) => sum + tensors.length, 0)).toBe(43);
});

test('a revision of git is compared with the file as it is now', () => {
  const file = path.join(folder, 'p.dtype.yaml');
  copyFileSync(balanced, file);
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com'];
    execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'ignore' });
  };
  git('init');
  git('add', 'p.dtype.yaml');
  git('commit', '-m', 'policy');
  writeFileSync(file, readFileSync(file, 'utf8').replace('group: 128', 'group: 64'));
  const { out } = downcast('diff', `HEAD:${file}`, file, '--checkpoint', sample);
  expect(out).toMatch(/int4 group 128 +int4 group 64/);
  const unknown = downcast('diff', `nowhere:${file}`, file, '--checkpoint', sample);
  expect(unknown.code).toBe(EXIT.inputBroken);
  expect(unknown.err).toContain("git can't show it");
});

test('policies with errors are not compared', () => {
  expect(downcast('diff', path.join(policies, 'mistakes.dtype.yaml'), balanced).code).toBe(EXIT.findings);
});
