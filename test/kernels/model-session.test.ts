import { describe, expect, test } from 'vitest';
import { createModelSession, type ModelSession } from '../../extension/kernels/model-session';
import { weightUses } from '../../extension/kernels/model-weight-uses';
import { SCORE_FIELDS } from '../../extension/kernels/model-scores';
import { bf16Tensors, goldenFile, graphOf, readGolden, rowsOf, windowsOf, type GoldenModel } from './model-golden';
import { BUILDS, modelKernels, toEnd, type Build } from './model-kernels';

/** What the columns of a score are called in the oracle. */
const FIELDS = ['base_nll', 'cast_nll', 'kl', 'same_top', 'change'] as const;

function load(name: string, golden: GoldenModel, build?: Build): ModelSession {
  const graph = graphOf(golden.config);
  const session = createModelSession(modelKernels(build), graph, golden.tokens.shape[1]!);
  const tensor = bf16Tensors(goldenFile(`${name}.safetensors`));
  for (const { name: at, shape } of graph.tensors) {
    const changed = golden.changed.includes(at);
    session.load(at, shape, tensor(at, false), changed ? 'base' : 'both');
    if (changed) session.load(at, shape, tensor(at, true), 'cast');
  }
  return session;
}

const NAMES = ['grouped-untied', 'one-head-each-tied', 'llama3-scaling', 'linear-scaling'];

describe.each(BUILDS.flatMap((build) => NAMES.map((name) => ({ name, build }))))(
  '$name, $build build',
  ({ name, build }) => {
    const golden = readGolden(name);
    const windows = windowsOf(golden.tokens);
    const session = load(name, golden, build);

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
          const tolerance = field === 'kl' ? 5e-5 * Math.max(wanted, 0.05) : 1e-5 * Math.max(Math.abs(wanted), 1);
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
  },
);

describe.each(['grouped-untied', 'one-head-each-tied'])('base states of %s', (name) => {
  const golden = readGolden(name);
  const [tokens] = windowsOf(golden.tokens);
  const graph = graphOf(golden.config);

  test.each([0, 1, 75, 148])('from position %d on: figures with them are the same to the last bit', (first) => {
    const session = load(name, golden);
    const { scores, baseStates } = toEnd(session.score(tokens!, first, 'return'));
    expect(scores).toEqual(toEnd(session.score(tokens!, first)).scores);
    expect(toEnd(session.score(tokens!, first)).baseStates).toBeUndefined();
    // Of the base only what its head needs is loaded.
    const cast = createModelSession(modelKernels(), graph, tokens!.length);
    const tensor = bf16Tensors(goldenFile(`${name}.safetensors`));
    for (const required of graph.tensors) {
      const { name: at, shape } = required;
      const uses = weightUses(graph, required, golden.changed.includes(at), true);
      if (uses.values) cast.load(at, shape, tensor(at, false), uses.values);
      if (uses.cast) cast.load(at, shape, tensor(at, true), 'cast');
    }
    expect(toEnd(cast.score(tokens!, first, baseStates)).scores).toEqual(scores);
  });

  test('of another window are refused', () => {
    const session = load(name, golden);
    const { baseStates } = toEnd(session.score(tokens!, 8, 'return'));
    expect(() => toEnd(session.score(tokens!, 0, baseStates))).toThrow(/^base states of \d+ floats, expected \d+/);
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
