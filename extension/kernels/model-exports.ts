/** What model.wasm exports; pointers and strides are in bytes. The contracts stand beside each kernel. */
export interface ModelExports {
  heapBase(): number;
  pack4(x: number, strideX: number, rows: number, columns: number, packed: number): void;
  pack8(x: number, strideX: number, rows: number, columns: number, packed: number): void;
  // prettier-ignore
  matmul(x: number, w: number, y: number, strideY: number, rows: number, depth: number, columns: number, accumulate: boolean): void;
  useTallTiles(on: boolean): void;
  addBias(x: number, bias: number, rows: number, columns: number): void;
  gather(table: number, tokens: number, count: number, columns: number, y: number): void;
  gatherRows(x: number, ids: number, count: number, columns: number, y: number): void;
  addRows(x: number, ids: number, weights: number, count: number, columns: number, y: number): void;
  add(x: number, y: number, count: number): void;
  multiply(x: number, y: number, count: number): void;
  scale(x: number, factor: number, count: number): void;
  rmsNorm(x: number, weight: number, epsilon: number, rows: number, columns: number, y: number): void;
  // prettier-ignore
  layerNorm(x: number, weight: number, bias: number, epsilon: number, rows: number, columns: number, y: number): void;
  // prettier-ignore
  rotate(x: number, strideX: number, rows: number, heads: number, headSize: number, size: number, cosines: number, sines: number, scale: number): void;
  // prettier-ignore
  attention(
    queries: number, headBytes: number, keys: number, keyBytes: number, values: number, strideV: number, scores: number,
    y: number, strideY: number, first: number, rows: number, heads: number, kvHeads: number, headSize: number,
    window: number, cap: number,
  ): void;
  // prettier-ignore
  roundFloats(x: number, rows: number, columns: number, run: number, scaling: number, mantissa: number, normal: number, largest: number): void;
  roundIntegers(x: number, rows: number, columns: number, run: number, largest: number): void;
  swiglu(gate: number, up: number, count: number): void;
  gelu(x: number, count: number): void;
  geluTanh(x: number, count: number): void;
  relu(x: number, count: number): void;
  softcap(x: number, cap: number, count: number): void;
  logSumExp(logits: number, rows: number, columns: number, y: number): void;
  divergence(base: number, cast: number, columns: number, lseBase: number, lseCast: number): number;
  exponentials(x: number, count: number): void;
}
