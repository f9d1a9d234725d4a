import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { partShape, partValues } from '../../extension/core/model/weights';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { modelTensors } from '../../extension/jobs/load-model';
import { baseValues, castValues } from '../../extension/jobs/model-weights';
import { openMatrices } from '../../extension/jobs/passing-rows';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { memoryFolder } from '../fixtures/memory-folder';
import { goldenFile, graphOf, readGolden, tensorNames } from '../kernels/model-golden';

/** Architectures whose tensors are cut into weights in each way there is, with casts whose blocks go across rows. */
describe.each([
  ['grouped-untied', 'int4'],
  ['architectures/gpt2', 'fp8_e4m3'],
  ['architectures/gpt-neox', 'nf4'],
  ['architectures/phi3', 'fp8_e5m2'],
  ['architectures/gemma2', 'int8'],
])('%s cast to %s', (name, format) => {
  test.each([1 << 22, 1000])('runs of %i elements make up the values that loading whole gives', async (passing) => {
    const golden = readGolden(name);
    const file = goldenFile(`${name}.safetensors`);
    const folder = memoryFolder({ 'model.safetensors': file, 'config.json': JSON.stringify(golden.config) });
    const graph = graphOf(golden.config, tensorNames(file));
    const { tree } = await openCheckpoint(folder, 'model.safetensors');
    const rule = { match: '**.weight', dtype: format, ...(format === 'int4' ? { group: 16 } : {}) };
    const { policy } = parsePolicy(JSON.stringify({ version: 1, rules: [rule] }), BUILT_IN_FORMATS);
    const tensors = modelTensors(graph, resolve(policy, tree, BUILT_IN_FORMATS));
    const source = { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read };
    const matrices = openMatrices(source, tensors, undefined, passing);
    let cast = 0;
    for (const { required, planned, changed } of tensors) {
      const { shape, parts } = required;
      if (partShape(shape, parts[0]!).length === 1) continue;
      const wanted = { base: await baseValues(source, planned), cast: await castValues(source, planned) };
      for (const part of parts) {
        const runs = await Promise.all(matrices.runs(part.as, true).map((run) => run()));
        for (const of of ['base', 'cast'] as const) {
          const whole = wanted[of] && partValues(wanted[of], shape, part);
          const got = runs.map((run) => run[of]);
          if (whole) expect(got.flatMap((values) => [...values!])).toEqual([...whole]);
          else expect(got).toEqual(runs.map(() => undefined));
        }
        expect(runs.map(({ first }) => first)).toEqual([...runs.map(({ first }) => first)].sort((a, b) => a - b));
        const bare = await matrices.runs(part.as, false)[0]!();
        expect(bare.base === undefined).toBe(changed);
        expect(matrices.elements(part.as)).toBe(runs.reduce((sum, { base }) => sum + base!.length, 0));
        if (changed) cast++;
      }
    }
    expect(cast).toBeGreaterThan(3);
  });
});
