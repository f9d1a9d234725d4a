import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../extension/core/checkpoint/open';
import { roundingOf, simulatedOf } from '../../../extension/core/evaluate/rounding-of';
import { simulatedText } from '../../../extension/core/evaluate/simulated-text';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { memoryFolder } from '../../fixtures/memory-folder';
import { goldenFile, graphOf, readGolden } from '../../kernels/model-golden';

// Hidden 32, intermediate 72, 3 layers, 4 heads of 8; the head is the embedding.
const NAME = 'one-head-each-tied';
const graph = graphOf(readGolden(NAME).config);
const checkpoint = await openCheckpoint(
  memoryFolder({
    'model.safetensors': goldenFile(`${NAME}.safetensors`),
    'config.json': JSON.stringify(readGolden(NAME).config),
  }),
  'model.safetensors',
);

function roundingFor(text: string) {
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  expect(findings).toEqual([]);
  return roundingOf(policy, resolve(policy, checkpoint.tree, BUILT_IN_FORMATS), graph);
}

test('the rule that decides a weight decides the input of its layer, and only of linear layers', () => {
  const rounding = roundingFor(`version: 1
default: { dtype: keep, activations: int8 }
rules:
  - { match: "**.mlp.*.weight", dtype: fp8_e4m3, activations: fp8_e4m3 }
  - { match: "**.layers.2.mlp.*.weight", dtype: int8 }
  - { match: "model.embed_tokens.weight", dtype: keep }
`)!;
  const by = (dtype: string) => [...rounding.inputs].filter(([, each]) => each === dtype).map(([name]) => name);
  expect(by('int8')).toHaveLength(12);
  expect(by('int8').every((name) => name.includes('self_attn'))).toBe(true);
  expect(by('fp8_e4m3')).toHaveLength(6);
  expect(by('fp8_e4m3').some((name) => name.includes('layers.2'))).toBe(false);
  expect(rounding.keyValues).toBeUndefined();
  expect(simulatedText(simulatedOf(rounding)!)).toBe(
    'inputs of 12 linear weights as int8; inputs of 6 linear weights as fp8_e4m3',
  );
});

test('a tied embedding is the weight of the head', () => {
  const rounding = roundingFor(
    'version: 1\nrules: [{ match: model.embed_tokens.weight, dtype: keep, activations: bf16 }]\n',
  );
  expect([...rounding!.inputs]).toEqual([[graph.head.linear.weight, 'bf16']]);
});

test('keys and values alone', () => {
  const rounding = roundingFor('version: 1\nkv_cache: fp8_e4m3\n');
  expect(rounding).toEqual({ inputs: new Map(), keyValues: 'fp8_e4m3' });
  expect(simulatedText(simulatedOf(rounding)!)).toBe('keys and values as fp8_e4m3');
});

test('a policy that rounds nothing', () => {
  expect(roundingFor('version: 1\ndefault: int8\n')).toBeUndefined();
});

describe('blocks of 32 that do not divide', () => {
  test('an input are refused by the name of the weight', () => {
    expect(() => roundingFor('version: 1\ndefault: { dtype: keep, activations: mxfp8 }\n')).toThrow(
      'model.layers.0.mlp.down_proj.weight: activations: mxfp8 has blocks of 32, which do not divide 72',
    );
  });

  test('a head are refused', () => {
    expect(() => roundingFor('version: 1\nkv_cache: mxfp4\n')).toThrow(
      'kv_cache: mxfp4 has blocks of 32, which do not divide 8; fp8_e4m3 and int8 have no blocks',
    );
  });
});
