import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ACTIVATION_BLOCK,
  ACTIVATION_DTYPES,
  ACTIVATION_ROUNDING,
  type ActivationDtype,
} from '../../extension/core/formats/activation-rounding';
import { defaultCast } from '../../extension/core/formats/default-cast';
import { FORMATS } from '../../extension/core/formats/registry';
import type { Rounding } from '../../extension/core/model/blocks/linear';
import { createModelSession } from '../../extension/kernels/model-session';
import {
  bf16Tensors,
  goldenFile,
  graphOf,
  readGolden,
  rowsOf,
  values,
  windowsOf,
  type StoredArray,
} from './model-golden';
import { modelKernels, noise, toEnd } from './model-kernels';

/** What oracles/evaluate/activations.py writes. */
interface GoldenActivations {
  readonly model: string;
  readonly positions: readonly number[];
  readonly plain: StoredArray;
  readonly rows: StoredArray;
  readonly rounded: Readonly<Record<ActivationDtype, StoredArray>>;
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly inputs: Readonly<Partial<Record<ActivationDtype, readonly string[]>>>;
        readonly kvCache: ActivationDtype | null;
        readonly logits: StoredArray;
      }
    >
  >;
}

const golden = JSON.parse(
  readFileSync(new URL('../oracles/golden/evaluate/activations.json', import.meta.url), 'utf8'),
) as GoldenActivations;

/** Rows of `size` rounded by the kernels. */
function rounded(x: Float32Array, size: number, dtype: ActivationDtype): Float32Array {
  const kernels = modelKernels();
  return kernels.read(kernels.rounded(kernels.write(x, x.length / size, size), size, dtype));
}

describe.each(ACTIVATION_DTYPES)('%s', (dtype) => {
  test('rows are rounded as torch rounds them', () => {
    const rows = Float32Array.from(values(golden.rows));
    expect(rounded(rows, golden.rows.shape[1]!, dtype)).toEqual(values(golden.rounded[dtype]));
  });

  test('is the number format of that name, bit for bit, also where the row does not fill the kernel', () => {
    const format = FORMATS.get(dtype)!;
    const { largest, mantissaBits } = ACTIVATION_ROUNDING[dtype];
    if (dtype !== 'int8' && dtype !== 'int4') expect(format.largest).toBe(largest);
    expect(mantissaBits).toBeLessThan(11);
    for (const columns of [1, 3, 5, 31, 33, 70]) {
      const x = noise(24 * columns, columns).map((value, at) => value * 2 ** ((at % 40) - 20));
      const matrix = { rows: 24, columns };
      const scaled = ACTIVATION_ROUNDING[dtype].scale;
      const cast = {
        ...defaultCast(format),
        ...(scaled === 'amax' && { scale: { kind: 'channel' } as const, scaleDtype: 'F32' as const }),
      };
      const range = { min: 0, max: 0, amax: 0 };
      const reference = format.decodeRows(format.encodeRows(x, matrix, cast, range), matrix, cast);
      expect(rounded(x, columns, dtype)).toEqual(reference);
    }
  });

  test('a row that holds NaN or an infinity is left as it is, the others are rounded', () => {
    const size = ACTIVATION_BLOCK;
    const x = noise(size * 3, 3);
    x[size + 2] = NaN;
    x[size * 2 + 5] = -Infinity;
    const y = rounded(x, size, dtype);
    expect(y.subarray(size)).toEqual(x.subarray(size));
    expect(y.subarray(0, size)).not.toEqual(x.subarray(0, size));
  });
});

describe('a model whose activations are rounded', () => {
  const model = readGolden(golden.model);
  const graph = graphOf(model.config);
  const tokens = windowsOf(model.tokens)[0]!;
  const tensor = bf16Tensors(goldenFile(`${golden.model}.safetensors`));

  const logitsWith = (rounding: Rounding | undefined, of: 'base' | 'cast'): Float64Array[] => {
    const session = createModelSession(modelKernels(), graph, tokens.length, rounding);
    for (const { name, shape } of graph.tensors) session.load(name, shape, tensor(name, false), 'both');
    const all = toEnd(session.logits(tokens, of));
    return golden.positions.map((at) =>
      Float64Array.from(all.subarray(at * graph.vocabulary, (at + 1) * graph.vocabulary)),
    );
  };
  const distance = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
    Math.sqrt(a.reduce((sum, row, at) => sum + row.reduce((s, value, i) => s + (value - b[at]![i]!) ** 2, 0), 0));

  test.each(Object.keys(golden.cases))('%s: logits are those of torch', (name) => {
    const { inputs, kvCache, logits } = golden.cases[name]!;
    const byWeight = new Map<string, ActivationDtype>();
    for (const dtype of ACTIVATION_DTYPES) {
      for (const module of inputs[dtype] ?? []) {
        for (const { parts } of graph.tensors) {
          for (const { as } of parts) if (as.endsWith(`${module}.weight`)) byWeight.set(as, dtype);
        }
        if (module === 'lm_head') byWeight.set(graph.head.linear.weight, dtype);
      }
    }
    const rounding = { inputs: byWeight, keyValues: kvCache ?? undefined };
    const plain = rowsOf(golden.plain);
    const wanted = rowsOf(logits);
    const effect = distance(wanted, plain);
    expect(effect).toBeGreaterThan(
      1e-3 *
        distance(
          plain,
          plain.map((row) => row.map(() => 0)),
        ),
    );
    // A value near a tie may round to its other neighbour, because float32 sums differ in their last bits.
    expect(distance(logitsWith(rounding, 'cast'), wanted)).toBeLessThan(0.1 * effect);
    expect(distance(logitsWith(rounding, 'base'), plain)).toBeLessThan(1e-3 * effect);
  });
});
