import type { Matrix, Vector } from '../core/model/ops';
import { padded } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Weights are packed in runs of rows, so that loading takes little more than what is loaded. */
export const LOAD_BYTES = 1 << 22;

/** Bytes that a matrix takes. */
export function matrixBytes(outputs: number, inputs: number): number {
  return padded(outputs) * inputs * 4;
}

/** Packs row-major values [outputs, inputs] for `matmul` and `gather`. */
export function loadMatrix(
  wasm: ModelExports,
  arena: Arena,
  values: Float32Array,
  outputs: number,
  inputs: number,
): Matrix {
  const pointer = arena.take(matrixBytes(outputs, inputs));
  const run = Math.max(8, Math.floor(LOAD_BYTES / (inputs * 4) / 8) * 8);
  const scratch = arena.mark();
  const plain = arena.take(Math.min(run, outputs) * inputs * 4);
  for (let row = 0; row < outputs; row += run) {
    const rows = Math.min(run, outputs - row);
    arena.floats(plain, rows * inputs).set(values.subarray(row * inputs, (row + rows) * inputs));
    wasm.pack8(plain, inputs * 4, rows, inputs, pointer + row * inputs * 4);
  }
  arena.release(scratch);
  return { kind: 'matrix', pointer, outputs, inputs };
}

export function loadVector(arena: Arena, values: Float32Array): Vector {
  const pointer = arena.take(values.byteLength);
  arena.floats(pointer, values.length).set(values);
  return { kind: 'vector', pointer, length: values.length };
}
