import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Scoring } from '../../../extension/core/evaluate/report';
import { summarize } from '../../../extension/core/evaluate/summarize';
import { createTokenizer } from '../../../extension/core/evaluate/tokenize';
import { windowScores } from '../../../extension/core/evaluate/window-scores';
import { cutWindows } from '../../../extension/core/evaluate/windows';
import { createModelSession, type ModelSession } from '../../../extension/kernels/model-session';
import {
  bf16Tensors,
  graphOf,
  rowsOf,
  values,
  windowsOf,
  type GoldenModel,
  type GoldenSummary,
} from '../../kernels/model-golden';
import { modelKernels, toEnd } from '../../kernels/model-kernels';

/** What oracles/model/sample.py writes: transformers on the sample checkpoint. */
interface GoldenSample {
  readonly checkpointDigest: string;
  readonly context: number;
  readonly windows: number;
  readonly tokens: GoldenModel['tokens'];
  readonly logitsAt: readonly number[];
  readonly logits: GoldenModel['logits'];
  readonly all: GoldenSummary;
  readonly secondHalf: GoldenSummary;
}

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
// Another checkpoint and its golden file can be tried without touching the tree.
const FOLDER = process.env['DOWNCAST_SAMPLE'] ?? fromHere('../../../samples/tiny-sotu');
const GOLDEN = process.env['DOWNCAST_SAMPLE_GOLDEN'] ?? fromHere('../../oracles/golden/model/sample.json');

describe('the sample checkpoint', () => {
  const read = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${FOLDER}/${file}`));
  const text = (file: string): string => readFileSync(`${FOLDER}/${file}`, 'utf8');
  let golden: GoldenSample;
  let session: ModelSession;

  beforeAll(() => {
    golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as GoldenSample;
    const graph = graphOf(JSON.parse(text('config.json')) as object);
    session = createModelSession(modelKernels(), graph, golden.context);
    const tensor = bf16Tensors(read('model.safetensors'));
    for (const { name, shape } of graph.tensors) {
      const changed = name.includes('.mlp.');
      session.load(name, shape, tensor(name, false), changed ? 'base' : 'both');
      if (changed) session.load(name, shape, tensor(name, true), 'cast');
    }
  });

  test('is the one that the golden figures were made from', () => {
    expect(createHash('sha256').update(read('model.safetensors')).digest('hex')).toBe(golden.checkpointDigest);
  });

  test('its text gives the tokens that Python gives', () => {
    const tokenize = createTokenizer(text('tokenizer.json'), text('tokenizer_config.json'));
    const tokens = tokenize(readFileSync(fromHere('../../../samples/text/validation.txt'), 'utf8'));
    const windows = cutWindows(tokens, golden.context, golden.windows, 'all');
    expect(windows.map((window) => window.tokens)).toEqual(windowsOf(golden.tokens));
  });

  test('its logits are those of transformers, within 1e-3', () => {
    const logits = toEnd(session.logits(windowsOf(golden.tokens)[0]!, 'base'));
    for (const [at, row] of rowsOf(golden.logits).entries()) {
      const ours = logits.subarray(golden.logitsAt[at]! * row.length, (golden.logitsAt[at]! + 1) * row.length);
      expect(Math.max(...row.map((value, column) => Math.abs(value - ours[column]!)))).toBeLessThan(1e-3);
    }
  });

  test.each<[Scoring, 'all' | 'secondHalf']>([
    ['all', 'all'],
    ['second-half', 'secondHalf'],
  ])('scoring %s: perplexity and divergence are those of transformers in float64', (scoring, key) => {
    const windows = cutWindows(values(golden.tokens), golden.context, golden.windows, scoring);
    const scores = windows.map(({ tokens, first }, at) => windowScores(toEnd(session.score(tokens, first)).scores, at));
    const { base, cast, divergence } = summarize(scores);
    const wanted = golden[key];
    const near = (got: number, want: number, share: number): void =>
      expect(Math.abs(got - want)).toBeLessThanOrEqual(share * Math.abs(want));
    near(base.value, wanted.base.value, 1e-5);
    near(cast.value, wanted.cast.value, 1e-5);
    near(base.standardError, wanted.base.standardError, 1e-4);
    near(divergence.perplexityRatio, wanted.perplexityRatio, 1e-5);
    near(divergence.kl.mean, wanted.kl.mean, 1e-3);
    near(divergence.kl.standardError, wanted.kl.standardError, 1e-3);
    near(divergence.kl.max, wanted.kl.max, 1e-3);
    for (const [percent, value] of Object.entries(wanted.kl.percentiles)) {
      near(divergence.kl.percentiles[percent]!, value, 3e-3);
    }
    near(divergence.sameTop, wanted.sameTop, 1e-3);
    near(divergence.rmsProbabilityChange, wanted.rmsProbabilityChange, 1e-3);
  });
});
