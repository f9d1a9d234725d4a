import type { ModelExports } from '../../extension/kernels/model-exports';

/** A module of the kernels, and where its memory has room. */
export interface Buffers {
  readonly wasm: ModelExports & { readonly memory: WebAssembly.Memory };
  readonly at: number;
}

/** A function that the kernels approximate, and what their sources say about its error. */
export interface Approximation {
  readonly name: 'exp' | 'tanh' | 'silu' | 'gelu' | 'gelu_tanh';
  /** Runs of inputs by their bits as float32, first and last: all that matter. */
  readonly inputs: readonly (readonly [number, number])[];
  readonly exact: (x: number) => number;
  /** In units in the last place of the exact value, or as a share of it where it is above 1 and absolute below. */
  readonly measure: 'ulps' | 'share';
  /** What no error reaches. */
  readonly bound: number;
  /** In place, of `count` floats. */
  readonly run: (wasm: Buffers['wasm'], at: number, count: number) => void;
}

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** By exponent bits. */
const UNITS = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 150));

const SIGN = 0x8000_0000;
/** Below it, all of these functions are a first term or two, to the last bit. */
const SMALL = bitsOf(2 ** -14);
const both = (first: number, last: number): Approximation['inputs'] => [
  [first, last],
  [first + SIGN, last + SIGN],
];

export const APPROXIMATIONS: readonly Approximation[] = [
  {
    name: 'exp',
    // To the last one whose exponential is finite, and to the last one whose is not 0.
    inputs: [
      [0, bitsOf(88.72283)],
      [SIGN, bitsOf(-103.97208)],
    ],
    exact: Math.exp,
    measure: 'ulps',
    bound: 0.9,
    run: (wasm, at, count) => wasm.exponentials(at, count),
  },
  {
    name: 'tanh',
    inputs: both(0, bitsOf(20)),
    exact: Math.tanh,
    measure: 'ulps',
    bound: 1.4,
    run: (wasm, at, count) => wasm.softcap(at, 1, count),
  },
  {
    name: 'silu',
    inputs: both(SMALL, bitsOf(88)),
    exact: (x) => x / (1 + Math.exp(-x)),
    measure: 'ulps',
    bound: 2.5,
    run(wasm, at, count) {
      new Float32Array(wasm.memory.buffer, at + count * 4, count).fill(1);
      wasm.swiglu(at, at + count * 4, count);
    },
  },
  {
    name: 'gelu',
    inputs: both(SMALL, bitsOf(16)),
    exact: (x) => (x * complementaryError(-x / Math.SQRT2)) / 2,
    measure: 'share',
    bound: 3e-7,
    run: (wasm, at, count) => wasm.gelu(at, count),
  },
  {
    name: 'gelu_tanh',
    inputs: both(SMALL, bitsOf(16)),
    exact: (x) => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    measure: 'share',
    bound: 2e-7,
    run: (wasm, at, count) => wasm.geluTanh(at, count),
  },
];

export interface WorstError {
  readonly error: number;
  readonly x: number;
}

/** The largest error of each build for inputs first, first + step, ... of a run; at most `count` of them. */
export function worstErrors(
  { exact, measure, run }: Approximation,
  builds: readonly Buffers[],
  first: number,
  step: number,
  count: number,
): readonly WorstError[] {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = first + i * step;
  const inputs = new Float32Array(bits.buffer);
  const wanted = new Float64Array(count);
  const units = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const y = exact(inputs[i]!);
    wanted[i] = y;
    units[i] = measure === 'ulps' ? unitInLastPlace(y) : Math.max(1, Math.abs(y));
  }
  return builds.map(({ wasm, at }) => {
    const y = new Float32Array(wasm.memory.buffer, at, count);
    y.set(inputs);
    run(wasm, at, Math.ceil(count / 4) * 4);
    let [error, x] = [0, inputs[0]!];
    for (let i = 0; i < count; i++) {
      const here = Math.abs(y[i]! - wanted[i]!) / units[i]!;
      // Not >, so that a NaN is found.
      if (here <= error) continue;
      [error, x] = [here, inputs[i]!];
    }
    return { error, x };
  });
}

/** Room for `count` inputs twice. */
export function buffersOf(module: WebAssembly.Module, count: number): Buffers {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536 });
  const exports = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } }).exports;
  const wasm = { ...(exports as unknown as ModelExports), memory };
  const at = Math.ceil(wasm.heapBase() / 64) * 64;
  memory.grow(Math.ceil((count * 8) / 65_536) + 1);
  return { wasm, at };
}

function bitsOf(x: number): number {
  float[0] = x;
  return floatBits[0]!;
}

/** Distance of the two float32 between which `y` lies; 2^-149 near 0. */
function unitInLastPlace(y: number): number {
  const size = Math.abs(y);
  const bits = bitsOf(size);
  const exponent = (float[0]! > size ? bits - 1 : bits) >>> 23;
  return UNITS[exponent]!;
}

/** erfc(z) to about 1e-13 of its value. */
function complementaryError(z: number): number {
  if (z < 0) return 2 - complementaryError(-z);
  const factor = Math.exp(-z * z) / Math.sqrt(Math.PI);
  if (z < 2.5) {
    // Abramowitz and Stegun 7.1.6: all terms are positive.
    let [term, sum] = [2 * z, 2 * z];
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    return 1 - factor * sum;
  }
  // 7.1.14, a continued fraction, from its 50th term on.
  let fraction = z;
  for (let n = 50; n > 0; n--) fraction = z + n / 2 / fraction;
  return factor / fraction;
}
