import type {
  Activations,
  KeyValues,
  Matrix,
  ModelOps,
  PackedActivations,
  RotaryTable,
  Vector,
} from '../core/model/ops';
import type { ModelExports } from './model-exports';
import { createArena, type Arena } from './model-memory';
import { LOAD_BYTES } from './model-size';

/** Log of the sum of exponentials of a row of logits, and the column of the largest (the first of equals). */
export interface RowSum {
  /** Not finite when the row holds a NaN or an infinity; `top` then says nothing. */
  readonly logSumExp: number;
  readonly top: number;
}

/** The wasm kernels with a memory of their own, which grows up to 4 GiB as weights are loaded. */
export interface ModelKernels extends ModelOps {
  /** Grows the memory to so many bytes at once; throws, saying how many, when it can't. */
  reserve(bytes: number): void;
  /** Size of the memory. */
  bytes(): number;
  /** `values`: row-major [outputs, inputs]. */
  loadMatrix(values: Float32Array, outputs: number, inputs: number): Matrix;
  loadVector(values: Float32Array): Vector;
  /** Angle of a position = position * frequency; float32 as transformers computes it. */
  rotaryTable(positions: number, frequencies: Float32Array): RotaryTable;
  copy(x: Activations): Activations;
  /** One entry a row. */
  rowSums(logits: Activations): readonly RowSum[];
  /** D(base || cast) in nats for one row of logits each. */
  divergence(base: Activations, cast: Activations, row: number, lseBase: number, lseCast: number): number;
  /** One value of the activations. */
  at(x: Activations, row: number, column: number): number;
  read(x: Activations): Float32Array<ArrayBuffer>;
  /** Row-major values put into the kernels' memory. */
  write(values: Float32Array, rows: number, columns: number): Activations;
  /** e^x with the kernels' approximation. */
  exp(values: Float32Array): Float32Array<ArrayBuffer>;
}

const padded = (value: number, to: number): number => Math.ceil(value / to) * to;

export function instantiateModelKernels(module: WebAssembly.Module): ModelKernels {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536 });
  const abort = (): never => {
    throw new Error('a model kernel stopped');
  };
  const instance = new WebAssembly.Instance(module, { env: { memory, abort } });
  return modelKernels(instance.exports as unknown as ModelExports, memory);
}

function modelKernels(wasm: ModelExports, memory: WebAssembly.Memory): ModelKernels {
  const arena = createArena(memory, wasm.heapBase());
  const { take, floats, mark, release } = arena;
  const activations = (rows: number, columns: number): Activations => ({
    kind: 'activations',
    pointer: take(padded(rows, 8) * columns * 4),
    rows,
    columns,
  });
  const product = (x: PackedActivations, weight: Matrix, y: Activations, accumulate: boolean): void => {
    wasm.matmul(
      x.pointer,
      weight.pointer,
      y.pointer,
      y.columns * 4,
      padded(x.rows, 8),
      x.columns,
      y.columns,
      accumulate,
    );
  };

  return {
    mark,
    release,
    reserve: arena.reserve,
    bytes: () => memory.buffer.byteLength,
    loadMatrix: (values, outputs, inputs) => loadMatrix(wasm, arena, values, outputs, inputs),
    loadVector(values) {
      const pointer = take(values.byteLength);
      floats(pointer, values.length).set(values);
      return { kind: 'vector', pointer, length: values.length };
    },
    rotaryTable(positions, frequencies) {
      const half = frequencies.length;
      const count = padded(positions, 8) * half;
      const cosines = take(count * 4);
      const sines = take(count * 4);
      const cosine = floats(cosines, count);
      const sine = floats(sines, count);
      for (let i = 0; i < count; i++) {
        const angle = Math.fround(Math.floor(i / half) * frequencies[i % half]!);
        cosine[i] = Math.cos(angle);
        sine[i] = Math.sin(angle);
      }
      return { cosines, sines, headSize: half * 2 };
    },
    embed(table, tokens) {
      const y = activations(tokens.length, table.inputs);
      const scratch = mark();
      const count = padded(tokens.length, 8);
      const at = take(count * 4);
      const ids = new Int32Array(memory.buffer, at, count);
      ids.fill(0);
      ids.set(tokens);
      wasm.gather(table.pointer, at, count, table.inputs, y.pointer);
      release(scratch);
      return y;
    },
    rows: (x, first, count) => ({ ...x, pointer: x.pointer + first * x.columns * 4, rows: count }),
    copy(x) {
      const y = activations(x.rows, x.columns);
      floats(y.pointer, padded(x.rows, 8) * x.columns).set(floats(x.pointer, padded(x.rows, 8) * x.columns));
      return y;
    },
    rmsNorm(x, weight, epsilon) {
      const y = activations(x.rows, x.columns);
      wasm.rmsNorm(x.pointer, weight.pointer, epsilon, padded(x.rows, 8), x.columns, y.pointer);
      return y;
    },
    pack(x) {
      const rows = padded(x.rows, 8);
      const pointer = take(rows * x.columns * 4);
      wasm.pack4(x.pointer, x.columns * 4, rows, x.columns, pointer);
      return { kind: 'packed', pointer, rows: x.rows, columns: x.columns };
    },
    linear(x, weight) {
      const y = activations(x.rows, weight.outputs);
      product(x, weight, y, false);
      return y;
    },
    addLinear: (x, weight, to) => product(x, weight, to, true),
    rotate(x, first, heads, table, scale) {
      const { headSize } = table;
      const offset = first * (headSize / 2) * 4;
      const { cosines, sines } = table;
      wasm.rotate(
        x.pointer,
        x.columns * 4,
        padded(x.rows, 8),
        heads,
        headSize,
        cosines + offset,
        sines + offset,
        scale,
      );
    },
    keyValues(positions, kvHeads, headSize) {
      const bytes = padded(positions, 8) * kvHeads * headSize * 4;
      return { keys: take(bytes), values: take(bytes), positions: padded(positions, 8), kvHeads, headSize };
    },
    append(cache, first, k, v) {
      const rows = padded(k.rows, 8);
      const headBytes = cache.headSize * 4;
      for (let head = 0; head < cache.kvHeads; head++) {
        const to = cache.keys + (head * cache.positions + first) * headBytes;
        wasm.pack4(k.pointer + head * headBytes, k.columns * 4, rows, cache.headSize, to);
      }
      floats(cache.values + first * v.columns * 4, rows * v.columns).set(floats(v.pointer, rows * v.columns));
    },
    attention: (q, cache, first, heads) => attention(wasm, arena, q, cache, first, heads, activations),
    swiglu: (gate, up) => wasm.swiglu(gate.pointer, up.pointer, padded(gate.rows, 8) * gate.columns),
    rowSums(logits) {
      const scratch = mark();
      const at = take(logits.rows * 16);
      wasm.logSumExp(logits.pointer, logits.rows, logits.columns, at);
      const view = new DataView(memory.buffer, at, logits.rows * 16);
      release(scratch);
      return Array.from({ length: logits.rows }, (_, row) => ({
        logSumExp: view.getFloat32(row * 16 + 8, true) + Math.log(view.getFloat64(row * 16, true)),
        top: view.getInt32(row * 16 + 12, true),
      }));
    },
    divergence(base, cast, row, lseBase, lseCast) {
      const offset = row * base.columns * 4;
      return wasm.divergence(base.pointer + offset, cast.pointer + offset, base.columns, lseBase, lseCast);
    },
    at: (x, row, column) => floats(x.pointer, x.rows * x.columns)[row * x.columns + column]!,
    read: (x) => floats(x.pointer, x.rows * x.columns).slice(),
    write(values, rows, columns) {
      const y = activations(rows, columns);
      floats(y.pointer, padded(rows, 8) * columns).fill(0);
      floats(y.pointer, values.length).set(values);
      return y;
    },
    exp(values) {
      const scratch = mark();
      const at = take(padded(values.length, 4) * 4);
      floats(at, values.length).set(values);
      wasm.exponentials(at, padded(values.length, 4));
      release(scratch);
      return floats(at, values.length).slice();
    },
  };
}

function loadMatrix(wasm: ModelExports, arena: Arena, values: Float32Array, outputs: number, inputs: number): Matrix {
  const pointer = arena.take(padded(outputs, 8) * inputs * 4);
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

function attention(
  wasm: ModelExports,
  { take, mark, release }: Arena,
  q: Activations,
  cache: KeyValues,
  first: number,
  heads: number,
  activations: (rows: number, columns: number) => Activations,
): Activations {
  const { headSize, kvHeads } = cache;
  const rows = padded(q.rows, 8);
  const y = activations(q.rows, q.columns);
  const scratch = mark();
  const headBytes = rows * headSize * 4;
  const queries = take(heads * headBytes);
  for (let head = 0; head < heads; head++) {
    wasm.pack8(q.pointer + head * headSize * 4, q.columns * 4, rows, headSize, queries + head * headBytes);
  }
  const scores = take((first + rows) * 8 * 4);
  wasm.attention(
    queries,
    headBytes,
    cache.keys,
    cache.positions * headSize * 4,
    cache.values,
    kvHeads * headSize * 4,
    scores,
    y.pointer,
    q.columns * 4,
    first,
    rows,
    heads,
    kvHeads,
    headSize,
  );
  release(scratch);
  return y;
}
