import { describe, expect, test } from 'vitest';
import { createModelSession, type ModelSession } from '../../extension/kernels/model-session';
import { SCORE_FIELDS } from '../../extension/kernels/model-scores';
import { bf16Tensors, goldenFile, graphOf, readGolden, rowsOf, windowsOf, type GoldenModel } from './model-golden';
import { modelKernels, toEnd } from './model-kernels';

/** What the columns of a score are called in the oracle. */
const FIELDS = ['base_nll', 'cast_nll', 'kl', 'same_top', 'change'] as const;

function load(name: string, golden: GoldenModel): ModelSession {
  const graph = graphOf(golden.config);
  const session = createModelSession(modelKernels(), graph, golden.tokens.shape[1]!);
  const tensor = bf16Tensors(goldenFile(`${name}.safetensors`));
  for (const { name: at, shape } of graph.tensors) {
    const changed = golden.changed.includes(at);
    session.load(at, shape, tensor(at, false), changed ? 'base' : 'both');
    if (changed) session.load(at, shape, tensor(at, true), 'cast');
  }
  return session;
}

describe.each(['grouped-untied', 'one-head-each-tied', 'llama3-scaling', 'linear-scaling'])('%s', (name) => {
  const golden = readGolden(name);
  const windows = windowsOf(golden.tokens);
  const session = load(name, golden);

  test('logits are those of transformers, within 1e-5 of the largest', () => {
    const logits = toEnd(session.logits(windows[0]!, 'base'));
    const rows = rowsOf(golden.logits);
    const most = Math.max(...rows.map((row) => Math.max(...row.map(Math.abs))));
    for (const [at, position] of golden.logitsAt.entries()) {
      const row = rows[at]!;
      const ours = logits.subarray(position * row.length, (position + 1) * row.length);
      const off = Math.max(...row.map((value, column) => Math.abs(value - ours[column]!)));
      expect(off / most).toBeLessThan(1e-5);
    }
  });

  test.each(FIELDS)('%s of every position is that of float64, to 5 digits', (field) => {
    const rows = rowsOf(golden.positions[field]);
    const column = FIELDS.indexOf(field);
    for (const [window, tokens] of windows.entries()) {
      const scores = toEnd(session.score(tokens, 0)).scores;
      for (const [position, wanted] of rows[window]!.entries()) {
        const got = scores[position * SCORE_FIELDS + column]!;
        // A divergence comes from differences of float32 logits, so it can't be as sharp as a likelihood.
        const tolerance = field === 'kl' ? 2e-5 * Math.max(wanted, 0.05) : 1e-5 * Math.max(Math.abs(wanted), 1);
        if (field === 'same_top') expect(got).toBe(wanted);
        else expect(Math.abs(got - wanted)).toBeLessThan(tolerance);
      }
    }
  });

  test('scoring from the middle gives the same figures as scoring all', () => {
    const all = toEnd(session.score(windows[1]!, 0)).scores;
    for (const first of [1, 75, 148]) {
      expect(toEnd(session.score(windows[1]!, first)).scores).toEqual(all.slice(first * SCORE_FIELDS));
    }
  });
});

test('a tensor that is kept costs nothing: the models are the same to the last bit', () => {
  const golden = readGolden('grouped-untied');
  const session = load('grouped-untied', { ...golden, changed: [] });
  const scores = toEnd(session.score(windowsOf(golden.tokens)[0]!, 0)).scores;
  for (let at = 0; at < scores.length; at += SCORE_FIELDS) {
    expect(scores[at]).toBe(scores[at + 1]);
    expect([...scores.subarray(at + 2, at + 5)]).toEqual([0, 1, 0]);
  }
});

test('tokens outside the vocabulary are refused by name', () => {
  const golden = readGolden('grouped-untied');
  const session = load('grouped-untied', golden);
  expect(() => toEnd(session.score(Int32Array.of(1, 77), 0))).toThrow(
    'token 77 lies outside the vocabulary of 77: tokenizer and checkpoint do not belong together',
  );
});
