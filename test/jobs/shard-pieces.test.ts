import { expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import type { CastSource } from '../../extension/jobs/cast-tensor';
import { runsAtOnce } from '../../extension/jobs/row-runs';
import { shardPieces } from '../../extension/jobs/shard-pieces';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { buildSafetensors, memoryFolder } from '../fixtures/memory-folder';

const COUNT = 12;

/** Small tensors, every third of which is kept, and a source whose reads wait until they are let go. */
async function prepare() {
  const tensors = Object.fromEntries(
    Array.from({ length: COUNT }, (_, at) => [
      `model.layers.${at}.mlp.up_proj.weight`,
      { dtype: 'F32' as const, shape: [2, 16], data: Array.from({ length: 32 }, (__, i) => i * (at + 1)) },
    ]),
  );
  const folder = memoryFolder({ 'model.safetensors': buildSafetensors(tensors) });
  const checkpoint = await openCheckpoint(folder, 'model.safetensors');
  const text =
    'version: 1\nrules: [{ match: "model.layers.{0,3,6,9}.**", dtype: keep }]\ndefault: { dtype: int8, scale: tensor }\n';
  const plan = resolve(parsePolicy(text, BUILT_IN_FORMATS).policy, checkpoint.tree, BUILT_IN_FORMATS);
  const weights = openWeights(folder);
  const waiting: (() => void)[] = [];
  let started = 0;
  const source: CastSource = {
    pool: { ...createInProcessPool(referenceKernels), size: 2 },
    read: async (...asked) => {
      started++;
      await new Promise<void>((go) => waiting.push(go));
      return weights.read(...asked);
    },
  };
  const letGo = (): void => waiting.splice(0).forEach((go) => go());
  return { plan, source, letGo, started: () => started };
}

test('several small tensors are read and cast at once, and no more of them than there is room for', async () => {
  const { plan, source, letGo, started } = await prepare();
  const pieces = shardPieces(plan.tensors, source, undefined);
  const first = pieces.next();
  await new Promise((done) => setTimeout(done, 5));
  expect(started()).toBe(runsAtOnce(source.pool));
  const timer = setInterval(letGo, 1);
  const order = [(await first).value];
  for await (const piece of pieces) order.push(piece);
  clearInterval(timer);
  const names = plan.tensors.map(({ tensor }) => tensor.name);
  expect(order.map((piece) => `${piece!.kind} ${piece!.planned.tensor.name}`)).toEqual(
    names.map((name, at) => `${at % 3 === 0 ? 'kept' : 'cast'} ${name}`),
  );
  expect(order.every((piece) => piece!.last)).toBe(true);
});

test('one scale a tensor is that of the tensor, though several are under way', async () => {
  const { plan, source, letGo } = await prepare();
  const timer = setInterval(letGo, 1);
  const amaxes: number[] = [];
  for await (const piece of shardPieces(plan.tensors, source, undefined)) {
    if (piece.kind === 'cast') amaxes.push(piece.range.amax);
  }
  clearInterval(timer);
  expect(amaxes).toEqual(plan.tensors.flatMap((_, at) => (at % 3 === 0 ? [] : [31 * (at + 1)])));
});

test('a tensor that can not be cast ends it, by name', async () => {
  const { plan, source } = await prepare();
  const failing: CastSource = {
    ...source,
    read: ({ name }) =>
      name.includes('.4.') ? Promise.reject(new Error(`${name}: gone`)) : Promise.resolve(new Uint8Array(128)),
  };
  const seen: string[] = [];
  await expect(async () => {
    for await (const piece of shardPieces(plan.tensors, failing, undefined)) seen.push(piece.planned.tensor.name);
  }).rejects.toThrow('model.layers.4.mlp.up_proj.weight: gone');
  expect(seen.at(-1)).toBe('model.layers.3.mlp.up_proj.weight');
});
