import { describe, expect, test } from 'vitest';
import { SCORE_FIELDS } from '../../extension/kernels/model-scores';
import { createModelSession, type ModelSession } from '../../extension/kernels/model-session';
import { bf16Tensors, goldenFile, graphOf, readGolden, rowsOf, tensorNames, windowsOf } from './model-golden';
import { modelKernels, toEnd } from './model-kernels';

const most = (values: Iterable<number>): number => [...values].reduce((a, b) => Math.max(a, Math.abs(b)), 0);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const open = (name: string) => {
  const golden = readGolden(`architectures/${name}`);
  const file = goldenFile(`architectures/${name}.safetensors`);
  return { golden, tensor: bf16Tensors(file), names: tensorNames(file), windows: windowsOf(golden.tokens) };
};

/** Made by oracles/model/architectures.py; the file name says what it is. */
describe.each([
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
])('%s', (name) => {
  const { golden, tensor, names, windows } = open(name);
  const graph = graphOf(golden.config, names);
  const session = createModelSession(modelKernels(), graph, golden.tokens.shape[1]!);
  for (const { name: at, shape } of graph.tensors) {
    const changed = golden.changed.includes(at);
    session.load(at, shape, tensor(at, false), changed ? 'base' : 'both');
    if (changed) session.load(at, shape, tensor(at, true), 'cast');
  }

  test('needs just the tensors that transformers saves', () => {
    expect(graph.tensors.map(({ name: at }) => at).sort()).toEqual([...names].sort());
  });

  test('config.json as transformers writes it today describes the same model', () => {
    expect(graphOf(golden.savedConfig!, names)).toEqual(graph);
  });

  test('logits are those of transformers, within 1e-5 of the largest', () => {
    const logits = toEnd(session.logits(windows[0]!, 'base'));
    const rows = rowsOf(golden.logits);
    const largest = most(rows.flatMap((row) => [...row]));
    for (const [at, position] of golden.logitsAt.entries()) {
      const row = rows[at]!;
      const ours = logits.subarray(position * row.length, (position + 1) * row.length);
      expect(most(row.map((value, column) => value - ours[column]!)) / largest).toBeLessThan(1e-5);
    }
  });

  test('perplexity of base and cast is that of float64, to 6 digits; the likelihood of every token, to 5', () => {
    const scores = windows.map((tokens) => toEnd(session.score(tokens, 0)).scores);
    for (const [column, which] of (['base', 'cast'] as const).entries()) {
      const wanted = rowsOf(golden.positions[`${which}_nll`]).map((row) => [...row]);
      const got = scores.map((each) => wanted[0]!.map((_, position) => each[position * SCORE_FIELDS + column]!));
      expect(Math.exp(mean(got.flat())) / golden.summary[which].value).toBeCloseTo(1, 6);
      for (const [window, row] of wanted.entries()) {
        for (const [position, nll] of row.entries()) {
          expect(Math.abs(got[window]![position]! - nll)).toBeLessThan(1e-5 * Math.max(nll, 1));
        }
      }
    }
  });
});

describe('the same model under other names', () => {
  /** Loads the base under the names and shapes that the graph asks for. */
  const load = (config: object, names: ReadonlySet<string>, values: (name: string) => Float32Array): ModelSession => {
    const graph = graphOf(config, names);
    const session = createModelSession(modelKernels(), graph, 150);
    for (const { name, shape } of graph.tensors) session.load(name, shape, values(name), 'both');
    return session;
  };
  const logits = (session: ModelSession, tokens: Int32Array): Float32Array => toEnd(session.logits(tokens, 'base'));

  test.each([
    ['gpt2', 'transformer.', '', (config: object) => config],
    ['gpt-neox', 'gpt_neox.', '', (config: object) => config],
    ['gemma3', 'model.', 'language_model.model.', (config: object) => ({ model_type: 'gemma3', text_config: config })],
    ['gemma3', 'model.', 'model.language_model.', (config: object) => ({ model_type: 'gemma3', text_config: config })],
  ])('%s: %s is "%s"', (name, before, after, wrap) => {
    const { golden, tensor, names, windows } = open(name);
    const renamed = new Map([...names].map((each) => [each.replace(before, after), each]));
    const usual = load(golden.config, names, (each) => tensor(each, false));
    const other = load(wrap(golden.config), new Set(renamed.keys()), (each) => tensor(renamed.get(each)!, false));
    expect(logits(other, windows[0]!)).toEqual(logits(usual, windows[0]!));
  });

  test.each([
    ['mixtral', 'block_sparse_moe', ['w1', 'w3', 'w2'], 5],
    ['qwen2-moe', 'mlp', ['gate_proj', 'up_proj', 'down_proj'], 6],
    ['qwen3-moe', 'mlp', ['gate_proj', 'up_proj', 'down_proj'], 6],
  ] as const)('%s: experts in stacks', (name, mixture, [gate, up, down], count) => {
    const { golden, tensor, names, windows } = open(name);
    const stacked = new Set(
      [...names].map((each) =>
        each
          .replace(new RegExp(`${mixture}.experts.\\d+.(${gate}|${up}).weight`), 'mlp.experts.gate_up_proj')
          .replace(new RegExp(`${mixture}.experts.\\d+.${down}.weight`), 'mlp.experts.down_proj')
          .replace(`${mixture}.gate`, 'mlp.gate'),
      ),
    );
    const values = (each: string): Float32Array => {
      const [layer, stack] = each.split('mlp.experts.') as [string, string?];
      if (stack === undefined) return tensor(each.replace('mlp.gate.', `${mixture}.gate.`), false);
      const parts = stack === 'down_proj' ? [down] : [gate, up];
      const of = (expert: number) =>
        parts.map((part) => tensor(`${layer}${mixture}.experts.${expert}.${part}.weight`, false));
      return Float32Array.from(Array.from({ length: count }, (_, expert) => of(expert).map((all) => [...all])).flat(2));
    };
    const usual = load(golden.config, names, (each) => tensor(each, false));
    expect(logits(load(golden.config, stacked, values), windows[0]!)).toEqual(logits(usual, windows[0]!));
  });
});

test('a context longer than the learned positions is refused', () => {
  const { golden, names } = open('gpt2');
  expect(() => createModelSession(modelKernels(), graphOf(golden.config, names), 161)).toThrow(
    'a context of 161 tokens; this model has 160 learned positions at most',
  );
});

test('a tensor that the forward pass does not need is refused', () => {
  const { golden, names } = open('llama-yarn');
  const session = createModelSession(modelKernels(), graphOf(golden.config, names), 8);
  expect(() => session.load('visual.weight', [1], Float32Array.of(1), 'both')).toThrow(
    'visual.weight: loaded, but the forward pass does not need it',
  );
});
