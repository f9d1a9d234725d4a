import type { Activations, Matrix, ModelOps, RotaryTable, Vector } from '../core/model/ops';
import { attentionOps } from './model-attention';
import type { ModelExports } from './model-exports';
import { loadMatrix, loadVector } from './model-load';
import { createArena, type Arena } from './model-memory';
import { allocator, padded } from './model-activations';
import { elementOps } from './model-elements';
import { linearOps } from './model-linear';
import { roundingOps } from './model-rounding';
import { scoringOps, type ModelScoring } from './model-scoring';
import { hasTallTiles } from './tall-tiles';

/** The wasm kernels with a memory of their own, which grows up to 4 GiB as weights are loaded. */
export interface ModelKernels extends ModelOps, ModelScoring {
  /** Grows the memory to so many bytes at once; throws, saying how many, when it can't. */
  reserve(bytes: number): void;
  /** Size of the memory. */
  bytes(): number;
  /** `values`: row-major [outputs, inputs]. */
  loadMatrix(values: () => Float32Array, outputs: number, inputs: number): Matrix;
  loadVector(values: () => Float32Array, length: number): Vector;
  /** Angle of a position = position * frequency, in float32 as transformers computes it; then times `factor`. */
  rotaryTable(positions: number, frequencies: Float32Array, factor: number): RotaryTable;
  copy(x: Activations): Activations;
  /** Row-major values put into the kernels' memory. */
  write(values: Float32Array, rows: number, columns: number): Activations;
}

export function instantiateModelKernels(module: WebAssembly.Module): ModelKernels {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536 });
  const abort = (): never => {
    throw new Error('a model kernel stopped');
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, abort } });
  const wasm = instance.exports as unknown as ModelExports;
  wasm.useTallTiles(hasTallTiles());
  return modelKernels(wasm, createArena(memory, wasm.heapBase()));
}

/** The kernels over any memory; `model-size` gives one that is none. */
export function modelKernels(wasm: ModelExports, arena: Arena): ModelKernels {
  const { take, floats, mark, release } = arena;
  const activations = allocator(arena);
  return {
    mark,
    release,
    activations,
    reserve: arena.reserve,
    bytes: arena.bytes,
    ...linearOps(wasm, arena),
    ...elementOps(wasm, arena),
    ...attentionOps(wasm, arena),
    ...roundingOps(wasm, arena),
    ...scoringOps(wasm, arena),
    loadMatrix: (values, outputs, inputs) => loadMatrix(wasm, arena, values(), outputs, inputs),
    loadVector: (values) => loadVector(arena, values()),
    rotaryTable(positions, frequencies, factor) {
      const half = frequencies.length;
      const count = padded(positions) * half;
      const cosines = take(count * 4);
      const sines = take(count * 4);
      const cosine = floats(cosines, count);
      const sine = floats(sines, count);
      for (let i = 0; i < count; i++) {
        const angle = Math.fround(Math.floor(i / half) * frequencies[i % half]!);
        cosine[i] = Math.cos(angle) * factor;
        sine[i] = Math.sin(angle) * factor;
      }
      return { cosines, sines, size: half * 2 };
    },
    rows: (x, first, count) => ({ ...x, pointer: x.pointer + first * x.columns * 4, rows: count }),
    zeros(rows, columns) {
      const y = activations(rows, columns);
      floats(y.pointer, padded(rows) * columns).fill(0);
      return y;
    },
    copy(x) {
      const y = activations(x.rows, x.columns);
      floats(y.pointer, padded(x.rows) * x.columns).set(floats(x.pointer, padded(x.rows) * x.columns));
      return y;
    },
    read: (x) => floats(x.pointer, x.rows * x.columns).slice(),
    write(values, rows, columns) {
      const y = activations(rows, columns);
      floats(y.pointer, padded(rows) * columns).fill(0);
      floats(y.pointer, values.length).set(values);
      return y;
    },
  };
}
