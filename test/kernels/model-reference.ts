/** The kernels once more, one value at a time in float64. Matrices are row-major. */

/** x [rows, depth] times w [columns, depth] transposed. */
export function product(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  rows: number,
  depth: number,
  columns: number,
): Float64Array {
  const y = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let k = 0; k < depth; k++) y[row * columns + column]! += x[row * depth + k]! * w[column * depth + k]!;
    }
  }
  return y;
}

export function rmsNorm(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  epsilon: number,
  columns: number,
): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const start = i - (i % columns);
    let squares = 0;
    for (let column = 0; column < columns; column++) squares += x[start + column]! ** 2;
    return (weight[i % columns]! * x[i]!) / Math.sqrt(squares / columns + epsilon);
  });
}

/** Row r stands at position `first` + r; element i of a head turns with element i + half, those behind both stay. */
export function rotated(
  x: ArrayLike<number>,
  first: number,
  heads: number,
  headSize: number,
  frequencies: ArrayLike<number>,
  scale: number,
): Float64Array {
  const half = frequencies.length;
  return Float64Array.from({ length: x.length }, (_, i) => {
    const at = i % headSize;
    if (at >= 2 * half) return scale * x[i]!;
    const angle = (first + Math.floor(i / (heads * headSize))) * frequencies[at % half]!;
    const turned = at < half ? -x[i + half]! : x[i - half]!;
    return scale * (x[i]! * Math.cos(angle) + turned * Math.sin(angle));
  });
}

export interface Limits {
  readonly window: number | undefined;
  readonly softcap: number | undefined;
}

/** q: [rows, heads * headSize] from position `first`; k, v: [positions, kvHeads * headSize]. */
export function attention(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  first: number,
  heads: number,
  kvHeads: number,
  headSize: number,
  { window = Infinity, softcap = Infinity }: Limits,
): Float64Array {
  const columns = heads * headSize;
  const kvColumns = kvHeads * headSize;
  const y = new Float64Array(q.length);
  for (let row = 0; row * columns < q.length; row++) {
    for (let head = 0; head < heads; head++) {
      const from = row * columns + head * headSize;
      const kvFrom = Math.floor(head / (heads / kvHeads)) * headSize;
      const dot = (key: number): number => {
        let sum = 0;
        for (let i = 0; i < headSize; i++) sum += q[from + i]! * k[key * kvColumns + kvFrom + i]!;
        return sum;
      };
      const capped = (score: number): number => (softcap === Infinity ? score : softcap * Math.tanh(score / softcap));
      const weights = Array.from({ length: first + row + 1 }, (_, key) =>
        first + row - key < window ? Math.exp(capped(dot(key))) : 0,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [key, weight] of weights.entries()) {
        for (let i = 0; i < headSize; i++) y[from + i]! += (weight / total) * v[key * kvColumns + kvFrom + i]!;
      }
    }
  }
  return y;
}

/** silu(gate) * up. */
export function swiglu(gate: ArrayLike<number>, up: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: gate.length }, (_, i) => (gate[i]! / (1 + Math.exp(-gate[i]!))) * up[i]!);
}

export function logSumExp(logits: ArrayLike<number>): number {
  const most = Array.from(logits).reduce((a, b) => Math.max(a, b));
  return most + Math.log(Array.from(logits).reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** D(base || cast) in nats from logits. */
export function divergence(base: ArrayLike<number>, cast: ArrayLike<number>): number {
  const ofBase = logSumExp(base);
  const ofCast = logSumExp(cast);
  return Array.from(base).reduce((sum, value, i) => {
    const logP = value - ofBase;
    const d = logP - (cast[i]! - ofCast);
    return sum + Math.exp(logP) * (Math.expm1(-d) + d);
  }, 0);
}
