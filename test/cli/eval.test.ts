import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvaluationReport } from '../../extension/core/evaluate/report';
import { EXIT } from '../../extension/cli/exit-code';
import { CACHE_HOME, downcast, json, root } from './built-command';

const sample = path.join(root, 'samples/tiny-sotu');
const text = path.join(root, 'samples/text/validation.txt');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-eval-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A policy on the sample, evaluated over two short windows. */
function policy(name: string, keys: object): string {
  const file = path.join(folder, `${name}.dtype.yaml`);
  const evaluate = { text, context: 64, windows: 2 };
  writeFileSync(file, JSON.stringify({ version: 1, checkpoint: sample, evaluate, ...keys }));
  return file;
}

function measured(...args: string[]): { code: number | null; gate: unknown; report: EvaluationReport } {
  const { code, out } = downcast('eval', ...args, '--workers', '1', '--json');
  return { code, ...(json('evaluation', out) as { gate: unknown; report: EvaluationReport }) };
}

const COARSE = { rules: [{ match: '**.mlp.*.weight', dtype: 'int4', group: 32 }] };

test("the policy's budget is a gate, and --max-perplexity-increase comes before it", () => {
  const cache = ['--cache', path.join(folder, 'gates')];
  const strict = policy('strict', { ...COARSE, budget: { perplexity: '+0.001%' } });
  const failed = measured(strict, ...cache);
  expect(failed.code).toBe(EXIT.findings);
  expect(failed.gate).toMatchObject({ maxPerplexityIncrease: 0.001, passed: false });
  const wide = measured(strict, ...cache, '--max-perplexity-increase', '400');
  expect(wide.code).toBe(EXIT.fine);
  expect(wide.gate).toMatchObject({ maxPerplexityIncrease: 400, passed: true });
  const { code, out } = downcast('eval', strict, ...cache, '--workers', '1');
  expect(code).toBe(EXIT.findings);
  expect(out).toMatch(/^gate {11}perplexity \+\d+\.\d\d%, allowed \+0\.001%: FAILED$/m);
  expect(out).toMatch(/^base cached {4}in 2 windows, of an earlier evaluation$/m);
});

test('a second policy finds the base in the cache, with the same figures as without', () => {
  const cache = path.join(folder, 'cache');
  const first = measured(policy('first', { default: 'fp8_e4m3' }), '--cache', cache);
  expect(first.report.cachedWindows).toBe(0);
  expect(readdirSync(cache).filter((file) => file.endsWith('.base'))).toHaveLength(2);
  const coarse = policy('coarse', COARSE);
  const { report: cached } = measured(coarse, '--cache', cache);
  const { report: alone } = measured(coarse, '--no-cache');
  expect([cached.cachedWindows, alone.cachedWindows]).toEqual([2, 0]);
  expect({ ...cached, cachedWindows: 0, seconds: 0 }).toEqual({ ...alone, seconds: 0 });
  // The build that computes the same bits everywhere computes others.
  expect(measured(coarse, '--cache', cache, '--reproducible').report.cachedWindows).toBe(0);
  // Damaged entries are computed anew.
  for (const entry of readdirSync(cache)) {
    const file = path.join(cache, entry);
    writeFileSync(file, readFileSync(file).fill(0, 40, 80));
  }
  const { report: again } = measured(coarse, '--cache', cache);
  expect({ ...again, seconds: 0 }).toEqual({ ...alone, seconds: 0 });
  expect(measured(coarse, '--cache', cache).report.cachedWindows).toBe(2);
});

test('what was rounded besides weights is named', () => {
  const file = policy('rounded', { default: { dtype: 'int8', activations: 'int8' }, kv_cache: 'fp8_e4m3' });
  const { out } = downcast('eval', file, '--no-cache', '--workers', '1');
  expect(out).toMatch(/^simulated {6}inputs of 43 linear weights as int8; keys and values as fp8_e4m3$/m);
  const { report } = measured(file, '--no-cache');
  expect(report.simulated).toEqual({ activations: { int8: 43 }, kvCache: 'fp8_e4m3' });
});

test('compare-formats runs the base once', () => {
  const args = [sample, '--formats', 'fp8_e4m3,int8', '--text', text, '--context', '64', '--windows', '2'];
  const { out } = downcast('compare-formats', ...args, '--no-cache', '--workers', '1', '--json');
  const { formats } = json('compare-formats', out) as { formats: { evaluation: EvaluationReport }[] };
  expect(formats.map(({ evaluation }) => evaluation.cachedWindows).sort()).toEqual([0, 2]);
  expect(formats[0]!.evaluation.base).toEqual(formats[1]!.evaluation.base);
});

test('without --cache entries go to the folder that XDG_CACHE_HOME says', () => {
  downcast('eval', policy('default', { default: 'bf16' }), '--workers', '1');
  expect(readdirSync(path.join(CACHE_HOME, 'downcast', 'base')).some((file) => file.endsWith('.base'))).toBe(true);
});
