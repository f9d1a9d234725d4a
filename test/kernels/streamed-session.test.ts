import { describe, expect, test } from 'vitest';
import { createModelSession } from '../../extension/kernels/model-session';
import type { Rounding } from '../../extension/core/model/blocks/linear';
import { bf16Tensors, goldenFile, graphOf, readGolden, tensorNames, windowsOf } from './model-golden';
import { modelKernels, toEnd } from './model-kernels';
import { scoreStreamed, type StreamedRun } from './streamed-golden';

function open(name: string, change: Partial<StreamedRun> = {}) {
  const golden = readGolden(name);
  const file = goldenFile(`${name}.safetensors`);
  const graph = graphOf(golden.config, tensorNames(file));
  const run: StreamedRun = {
    graph,
    context: golden.tokens.shape[1]!,
    changed: golden.changed,
    values: bf16Tensors(file),
    rowsAtOnce: 16,
    headRows: 72,
    ...change,
  };
  return { run, windows: windowsOf(golden.tokens), session: whole(run) };
}

/** The same with all weights in memory; its figures are compared with float64 in model-session and -architectures. */
function whole({ graph, context, changed, values, rounding }: StreamedRun) {
  const session = createModelSession(modelKernels(), graph, context, rounding);
  for (const { name, shape } of graph.tensors) {
    const differs = changed.includes(name);
    session.load(name, shape, values(name, false), differs ? 'base' : 'both');
    if (differs) session.load(name, shape, values(name, true), 'cast');
  }
  return session;
}

const ARCHITECTURES = [
  'gemma2',
  'gemma3',
  'gpt-neox',
  'gpt-neox-sequential',
  'gpt2',
  'llama-biases',
  'llama-dynamic',
  'llama-longrope',
  'llama-yarn',
  'mistral',
  'mixtral',
  'olmo2',
  'phi3',
  'qwen2',
  'qwen2-moe',
  'qwen3',
  'qwen3-moe',
].map((name) => `architectures/${name}`);

describe.each([...ARCHITECTURES, 'grouped-untied', 'one-head-each-tied', 'llama3-scaling'])('%s', (name) => {
  const { run, windows, session } = open(name);

  test('a batch of all windows gives the figures of the whole model, to the last bit', () => {
    const batch = windows.map((tokens) => ({ tokens, first: 0, baseStates: 'return' as const }));
    const wanted = windows.map((tokens) => toEnd(session.score(tokens, 0, 'return')));
    expect(scoreStreamed(run, [batch])).toEqual(wanted);
  });

  test('so do batches of short windows, scored from another position on, with base states', () => {
    const cut = windows.map((tokens, at) => tokens.slice(0, 50 + 3 * at));
    const wanted = cut.map((tokens) => toEnd(session.score(tokens, 21, 'return')));
    const batches = cut.map((tokens, at) => [{ tokens, first: 21, baseStates: wanted[at]!.baseStates! }]);
    const scores = scoreStreamed({ ...run, rowsAtOnce: 1 << 20 }, [batches.flat(), ...batches]);
    expect(scores.map((each) => each.scores)).toEqual([...wanted, ...wanted].map((each) => each.scores));
  });
});

describe('where base and cast part', () => {
  const { run, windows } = open('grouped-untied');
  const names = run.graph.tensors.map(({ name }) => name);
  const layer = run.graph.layers.length - 1;
  const rounding: Rounding = { inputs: new Map(), keyValues: 'fp8_e4m3' };
  const headRounding: Rounding = { inputs: new Map([[run.graph.head.linear.weight, 'int8']]), keyValues: undefined };
  test.each<[string, readonly string[], Rounding | undefined]>([
    ['nowhere', [], undefined],
    ['in the embedding', names.filter((name) => name.includes('embed')), undefined],
    ['in the last layer', names.filter((name) => name.includes(`layers.${layer}.mlp`)), undefined],
    ['in a norm', names.filter((name) => name.includes(`layers.${layer}.input_layernorm`)), undefined],
    ['in the head', names.filter((name) => name.includes('lm_head')), undefined],
    ['in the last norm', ['model.norm.weight'], undefined],
    ['in the keys and values', [], rounding],
    ['in the input of the head', [], headRounding],
  ])('%s', (_, changed, rounded) => {
    const asked = { ...run, changed, rounding: rounded };
    const session = whole(asked);
    const batch = windows.map((tokens) => ({ tokens, first: 0, baseStates: undefined }));
    const wanted = windows.map((tokens) => toEnd(session.score(tokens, 0)));
    expect(scoreStreamed(asked, [batch])).toEqual(wanted);
  });
});
