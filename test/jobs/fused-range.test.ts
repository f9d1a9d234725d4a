import { expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { castTensor } from '../../extension/jobs/cast-tensor';
import { fusedRangeOf } from '../../extension/jobs/fused-range';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { weights } from '../core/formats/casts';
import { buildSafetensors, memoryFolder, type TensorContent } from '../fixtures/memory-folder';

const COLUMNS = 32;

function matrix(rows: number, seed: number, factor: number): TensorContent {
  return {
    dtype: 'F32',
    shape: [rows, COLUMNS],
    data: [...weights(rows * COLUMNS, seed)].map((value) => value * factor),
  };
}

/** What a policy makes of tensors: range, codes and block scales by name; `reads` counts the bytes read of each. */
async function cast(tensors: Readonly<Record<string, TensorContent>>, rules: string) {
  const folder = memoryFolder({ 'model.safetensors': buildSafetensors(tensors, new Map()) });
  const { tree } = await openCheckpoint(folder, 'model.safetensors');
  const { policy, findings } = parsePolicy(`version: 1\n${rules}`, BUILT_IN_FORMATS);
  expect(findings).toEqual([]);
  const plan = resolve(policy, tree, BUILT_IN_FORMATS);
  const reads = new Map<string, number>();
  const { read } = openWeights(folder);
  const source = {
    pool: createInProcessPool(referenceKernels),
    read: (...[tensor, offset, length, signal]: Parameters<typeof read>) => {
      reads.set(tensor.name, (reads.get(tensor.name) ?? 0) + length);
      return read(tensor, offset, length, signal);
    },
    fusedRange: fusedRangeOf(plan),
  };
  const done = new Map<string, { amax: number; codes: Buffer; scales: Buffer }>();
  for (const { tensor, treatment } of plan.tensors) {
    if (treatment.kind === 'keep') continue;
    const job = castTensor(source, tensor, treatment.cast, { decode: false });
    const codes: Uint8Array[] = [];
    const scales: Uint8Array[] = [];
    for (;;) {
      const next = await job.next();
      if (next.done) {
        const { amax } = next.value.range;
        done.set(tensor.name, { amax, codes: Buffer.concat(codes), scales: Buffer.concat(scales) });
        break;
      }
      codes.push(next.value.encoded.codes);
      scales.push(next.value.encoded.scales);
    }
  }
  return { done, reads };
}

const ATTENTION = 'model.layers.0.self_attn';
const QKV = {
  [`${ATTENTION}.q_proj.weight`]: matrix(8, 1, 1),
  [`${ATTENTION}.k_proj.weight`]: matrix(4, 2, 3),
  [`${ATTENTION}.v_proj.weight`]: matrix(4, 3, 0.2),
};

test('q, k and v come out as if they were one tensor: one global scale, the same codes and block scales', async () => {
  const joined = Object.values(QKV).flatMap(({ data }) => data as number[]);
  const other = await cast({ whole: { dtype: 'F32', shape: [16, COLUMNS], data: joined } }, 'default: nvfp4\n');
  const { done } = await cast({ ...QKV, [`${ATTENTION}.o_proj.weight`]: matrix(8, 4, 1) }, 'default: nvfp4\n');
  const parts = Object.keys(QKV).map((name) => done.get(name)!);
  const whole = other.done.get('whole')!;
  expect(parts.map(({ amax }) => amax)).toEqual([whole.amax, whole.amax, whole.amax]);
  expect(Buffer.concat(parts.map(({ codes }) => codes))).toEqual(whole.codes);
  expect(Buffer.concat(parts.map(({ scales }) => scales))).toEqual(whole.scales);
  expect(done.get(`${ATTENTION}.o_proj.weight`)!.amax).toBeLessThan(whole.amax);
});

test('each tensor is read once for the range and once for the cast', async () => {
  const { reads } = await cast(QKV, 'default: nvfp4\n');
  expect([...reads.values()]).toEqual([8, 4, 4].map((rows) => 2 * rows * COLUMNS * 4));
});

test('only what is nvfp4 shares; other formats have no global scale', async () => {
  const rules = `default: nvfp4\nrules:\n  - { match: "**.k_proj.weight", dtype: int8, scale: tensor }\n`;
  const { done } = await cast(QKV, rules);
  const amax = (name: string): number => done.get(`${ATTENTION}.${name}_proj.weight`)!.amax;
  expect(amax('q')).toBe(amax('v'));
  expect(amax('k')).toBeGreaterThan(amax('q'));
  const alone = await cast(QKV, 'default: { dtype: int8, scale: tensor }\n');
  expect(new Set([...alone.done.values()].map(({ amax }) => amax)).size).toBe(3);
});

test('gate and up of one expert share, experts do not', async () => {
  const expert = (at: number, name: string): string => `model.layers.0.mlp.experts.${at}.${name}_proj.weight`;
  const experts = Object.fromEntries(
    [0, 1].flatMap((at) =>
      ['gate', 'up', 'down'].map((name, place) => [expert(at, name), matrix(4, 10 + at * 3 + place, 1 + at + place)]),
    ),
  );
  const { done } = await cast(experts, 'default: nvfp4\n');
  const amax = (at: number, name: string): number => done.get(expert(at, name))!.amax;
  expect(amax(0, 'gate')).toBe(amax(0, 'up'));
  expect(amax(1, 'gate')).toBe(amax(1, 'up'));
  expect(new Set([amax(0, 'gate'), amax(1, 'gate'), amax(0, 'down'), amax(1, 'down')]).size).toBe(4);
});
