import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, json, root } from './built-command';

const balanced = path.join(root, 'samples/policies/balanced.dtype.yaml');
const sample = path.join(root, 'samples/tiny-sotu');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-compact-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('compact --write makes rules fewer, and diff finds nothing changed', () => {
  const projections = ['q', 'k', 'v', 'o']
    .map((name) => `self_attn.${name}_proj`)
    .concat('mlp.up_proj', 'mlp.gate_proj');
  const rules = [0, 1, 2, 3, 4, 5].flatMap((layer) =>
    projections.map(
      (name) => `  - { match: model.layers.${layer}.${name}.weight, dtype: ${layer === 5 ? 'fp8_e4m3' : 'int4'} }`,
    ),
  );
  const verbose = path.join(folder, 'verbose.dtype.yaml');
  const file = path.join(folder, 'p.dtype.yaml');
  writeFileSync(verbose, `version: 1\ncheckpoint: ${sample}\nrules:\n${rules.join('\n')}\n`);
  copyFileSync(verbose, file);
  const { code, err } = downcast('compact', file, '--write');
  expect(code).toBe(EXIT.fine);
  expect(err).toContain('36 rules -> 2');
  expect(readFileSync(file, 'utf8')).toContain('"model.layers.*.self_attn.*_proj.weight"');
  expect(downcast('diff', verbose, file, '--exit-code').code).toBe(EXIT.fine);
});

test('a policy that can not be shorter is printed as it is', () => {
  expect(downcast('compact', balanced).out).toBe(readFileSync(balanced, 'utf8'));
  const printed = json('compact', downcast('compact', balanced, '--json').out) as {
    rulesBefore: number;
    rulesAfter: number;
  };
  expect(printed.rulesAfter).toBe(printed.rulesBefore);
});
