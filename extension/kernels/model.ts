import type { Activations, ModelOps, PackedMatrix, RotaryTable, Vector } from '../core/model/ops';

/** What model.wasm exports; pointers are byte offsets in its memory. */
interface ModelExports {
  heapBase(): number;
  packWeight(weight: number, outputs: number, inputs: number, packed: number): void;
  matmul(
    x: number,
    xStride: number,
    packed: number,
    y: number,
    yStride: number,
    rows: number,
    inputs: number,
    outputs: number,
  ): void;
  rmsNorm(x: number, weight: number, y: number, stride: number, rows: number, columns: number, epsilon: number): void;
  rotate(
    x: number,
    stride: number,
    rows: number,
    heads: number,
    headSize: number,
    cosines: number,
    sines: number,
  ): void;
  attention(
    q: number,
    qStride: number,
    k: number,
    v: number,
    kvStride: number,
    y: number,
    yStride: number,
    rows: number,
    heads: number,
    kvHeads: number,
    headSize: number,
    scratch: number,
  ): void;
  swiglu(gate: number, up: number, count: number): void;
  addInPlace(x: number, y: number, count: number): void;
  gatherRows(packed: number, columns: number, tokens: number, rows: number, y: number, yStride: number): void;
  expInPlace(at: number, count: number): void;
  scorePosition(
    base: number,
    cast: number,
    vocabulary: number,
    target: number,
    scratch: number,
    result: number,
  ): void;
}

/** Figures of one scored position, see assembly/model/score.ts. */
export const SCORE_FIELDS = 5;

export interface ModelKernels extends ModelOps {
  loadMatrix(values: Float32Array, outputs: number, inputs: number): PackedMatrix;
  loadVector(values: Float32Array): Vector;
  rotaryTable(positions: number, headSize: number, theta: number): RotaryTable;
  /** Rows `first` to `first + count` of activations, without copying. */
  rows(x: Activations, first: number, count: number): Activations;
  /** SCORE_FIELDS doubles for one row of logits each, and the token that came. */
  score(base: Activations, cast: Activations, row: number, target: number): Float64Array;
  /** Copy of one row, without its padding. */
  read(x: Activations, row: number): Float32Array<ArrayBuffer>;
  /** exp of each value with the kernels' approximation; for tests of its error bound. */
  exp(values: Float32Array): Float32Array<ArrayBuffer>;
  /** Runs `body`, then frees every activation it made. */
  released<T>(body: () => T): T;
}

const PAGE = 65_536;
const MAX_PAGES = 65_536;

const pad = (value: number, to: number): number => Math.ceil(value / to) * to;

/** The kernels with a memory of their own, which grows as weights are loaded, up to 4 GiB. */
export async function instantiateModelKernels(module: WebAssembly.Module): Promise<ModelKernels> {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES });
  const abort = (): never => {
    throw new Error('a model kernel stopped');
  };
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const wasm = instance.exports as unknown as ModelExports;
  let top = pad(wasm.heapBase(), 64);

  /** 64-byte aligned room at the top of the arena. */
  const allocate = (bytes: number): number => {
    const at = top;
    const end = at + pad(bytes, 64);
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing > 0) grow(memory, missing, end);
    top = end;
    return at;
  };
  const floats = (pointer: number, count: number): Float32Array => new Float32Array(memory.buffer, pointer, count);
  const activations = (rows: number, columns: number): Activations => {
    const stride = pad(columns, 8);
    return { pointer: allocate(pad(rows, 4) * stride * 4), rows, columns, stride };
  };
  const released = <T>(body: () => T): T => {
    const mark = top;
    try {
      return body();
    } finally {
      top = mark;
    }
  };

  return {
    loadMatrix(values, outputs, inputs) {
      const pointer = allocate(pad(outputs, 8) * inputs * 4);
      released(() => {
        const plain = allocate(values.byteLength);
        floats(plain, values.length).set(values);
        wasm.packWeight(plain, outputs, inputs, pointer);
      });
      return { kind: 'matrix', pointer, outputs, inputs };
    },
    loadVector(values) {
      const pointer = allocate(values.byteLength);
      floats(pointer, values.length).set(values);
      return { kind: 'vector', pointer, length: values.length };
    },
    rotaryTable(positions, headSize, theta) {
      const half = headSize / 2;
      const cosines = allocate(positions * half * 4);
      const sines = allocate(positions * half * 4);
      // Angles as Hugging Face computes them: float32 frequencies, float32 product, then cos and sin.
      const frequencies = Float32Array.from({ length: half }, (_, i) => 1 / theta ** ((2 * i) / headSize));
      const cos = floats(cosines, positions * half);
      const sin = floats(sines, positions * half);
      for (let position = 0; position < positions; position++) {
        for (let i = 0; i < half; i++) {
          const angle = Math.fround(position * frequencies[i]!);
          cos[position * half + i] = Math.cos(angle);
          sin[position * half + i] = Math.sin(angle);
        }
      }
      return { cosines, sines, positions };
    },
    embed(table, tokens) {
      const at = allocate(tokens.length * 4);
      new Int32Array(memory.buffer, at, tokens.length).set(tokens);
      const y = activations(tokens.length, table.inputs);
      wasm.gatherRows(table.pointer, table.inputs, at, tokens.length, y.pointer, y.stride);
      return y;
    },
    linear(x, weight) {
      const y = activations(x.rows, weight.outputs);
      const { inputs, outputs, pointer } = weight;
      wasm.matmul(x.pointer, x.stride, pointer, y.pointer, y.stride, pad(x.rows, 4), inputs, outputs);
      return y;
    },
    rmsNorm(x, weight, epsilon) {
      const y = activations(x.rows, x.columns);
      wasm.rmsNorm(x.pointer, weight.pointer, y.pointer, x.stride, x.rows, x.columns, epsilon);
      return y;
    },
    rotate(x, heads, headSize, table) {
      wasm.rotate(x.pointer, x.stride, x.rows, heads, headSize, table.cosines, table.sines);
    },
    attention(q, k, v, heads, kvHeads, headSize) {
      const y = activations(q.rows, heads * headSize);
      released(() => {
        const scratch = allocate((headSize + 1) * pad(q.rows, 16) * 4);
        wasm.attention(
          q.pointer,
          q.stride,
          k.pointer,
          v.pointer,
          k.stride,
          y.pointer,
          y.stride,
          q.rows,
          heads,
          kvHeads,
          headSize,
          scratch,
        );
      });
      return y;
    },
    swiglu: (gate, up) => wasm.swiglu(gate.pointer, up.pointer, gate.rows * gate.stride),
    add: (x, y) => wasm.addInPlace(x.pointer, y.pointer, x.rows * x.stride),
    scoped(body) {
      const mark = top;
      const result = body();
      // Whatever was made before `body` stays; a result made inside is moved to where the scope began.
      if (result.pointer < mark) {
        top = mark;
        return result;
      }
      const bytes = pad(result.rows, 4) * result.stride * 4;
      new Uint8Array(memory.buffer).copyWithin(mark, result.pointer, result.pointer + bytes);
      top = mark + pad(bytes, 64);
      return { ...result, pointer: mark };
    },
    rows: (x, first, count) => ({ ...x, pointer: x.pointer + first * x.stride * 4, rows: count }),
    score: (base, cast, row, target) =>
      released(() => {
        const scratch = allocate(2 * pad(base.columns, 4) * 4);
        const result = allocate(SCORE_FIELDS * 8);
        const offset = row * base.stride * 4;
        wasm.scorePosition(base.pointer + offset, cast.pointer + offset, base.columns, target, scratch, result);
        return new Float64Array(memory.buffer.slice(result, result + SCORE_FIELDS * 8));
      }),
    read: (x, row) => floats(x.pointer + row * x.stride * 4, x.columns).slice() as Float32Array<ArrayBuffer>,
    exp: (values) =>
      released(() => {
        const count = pad(values.length, 4);
        const at = allocate(count * 4);
        floats(at, values.length).set(values);
        wasm.expInPlace(at, count);
        return floats(at, values.length).slice() as Float32Array<ArrayBuffer>;
      }),
    released,
  };
}

function grow(memory: WebAssembly.Memory, pages: number, end: number): void {
  try {
    memory.grow(pages);
  } catch {
    throw new Error(
      `the model needs more than ${Math.round(end / 1e6)} MB in one worker, which this host does not give; evaluate with fewer workers or a smaller context`,
    );
  }
}
