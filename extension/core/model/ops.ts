import type { ActivationDtype } from '../formats/activation-rounding';
import type { Pausing } from './pausing';

/** A matrix in the kernels' memory, packed for multiplication: a linear layer's weight or an embedding. */
export interface Matrix {
  readonly kind: 'matrix';
  readonly pointer: number;
  readonly outputs: number;
  readonly inputs: number;
}

/** A vector in the kernels' memory. */
export interface Vector {
  readonly kind: 'vector';
  readonly pointer: number;
  readonly length: number;
}

export type Weight = Matrix | Vector;

/** How a forward pass comes by its weights, by their names; throws for one that is not there. */
export interface Weights {
  vector(name: string): Vector;
  /** Outputs of a matrix. */
  outputs(name: string): number;
  /**
   * Uses a matrix: all of it at once, or runs of its rows one after another, in order, each gone when `use` returns.
   * `first` is the number of the run's first row.
   */
  matrix(name: string, use: (rows: Matrix, first: number) => void): Pausing<void>;
}

/**
 * Activations in the kernels' memory, row-major, one row a token, float32. There is room for a multiple of 8 rows;
 * kernels compute the rows that fill it up too, and nothing depends on them.
 */
export interface Activations {
  readonly kind: 'activations';
  readonly pointer: number;
  readonly rows: number;
  readonly columns: number;
}

/** The same, arranged as `linear` reads it. */
export interface PackedActivations {
  readonly kind: 'packed';
  readonly pointer: number;
  readonly rows: number;
  readonly columns: number;
}

/** Cosines and sines by position: size / 2 floats a position each. */
export interface RotaryTable {
  readonly cosines: number;
  readonly sines: number;
  /** Elements of a head that are turned, the first of it; the rest stays as it is. */
  readonly size: number;
}

/** Keys and values of one layer for the positions seen so far. */
export interface KeyValues {
  readonly keys: number;
  readonly values: number;
  readonly positions: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

/** gelu x Phi(x) (Hendrycks and Gimpel 2016), gelu_tanh its approximation by tanh, silu x sigmoid(x). */
export type Activation = 'silu' | 'gelu' | 'gelu_tanh' | 'relu';

/** See `Attention`; undefined for none. */
export interface AttentionLimits {
  readonly window: number | undefined;
  readonly softcap: number | undefined;
}

/**
 * What a forward pass is made of. The wasm kernels implement it; blocks/ and forward.ts only say in which order.
 * All float32. What an operation makes lives until the room taken since a `mark` is released.
 */
export interface ModelOps {
  /** Room; what it holds is not defined. */
  activations(rows: number, columns: number): Activations;
  /** `table` holds rows `first` and on of a table: those that `ids` name are copied to the rows of `to`, one an id. */
  embed(table: Matrix, first: number, ids: Int32Array, to: Activations): void;
  /** Rows `first` to `first + count`, without copying; `first` and, but at the end, `count` are multiples of 8. */
  rows(x: Activations, first: number, count: number): Activations;
  zeros(rows: number, columns: number): Activations;
  /** Copies of some rows. */
  gatherRows(x: Activations, rows: Int32Array): Activations;
  /** Row i of `x`, times weights[i], is added to row rows[i] of `to`. */
  addRows(x: Activations, rows: Int32Array, weights: Float32Array, to: Activations): void;
  /** to += x. */
  add(x: Activations, to: Activations): void;
  /** x *= factor. */
  scale(x: Activations, factor: number): void;
  /** Values, row-major, without the rows that fill up. */
  read(x: Activations): Float32Array<ArrayBuffer>;
  /** Over each `weight.length` neighbouring elements: a row, or each head of it. */
  rmsNorm(x: Activations, weight: Vector, epsilon: number): Activations;
  layerNorm(x: Activations, weight: Vector, bias: Vector, epsilon: number): Activations;
  /** A copy rounded to `dtype`, as stored with a scale for each `size` neighbouring elements: a row, or each head of it. */
  rounded(x: Activations, size: number, dtype: ActivationDtype): Activations;
  pack(x: Activations): PackedActivations;
  /**
   * x times the transposed weight, PyTorch's linear layer without bias, put into the columns of `to` from `column`, a
   * multiple of 8, on.
   */
  linear(x: PackedActivations, weight: Matrix, to: Activations, column: number): void;
  /** The same, added to what is there. */
  addLinear(x: PackedActivations, weight: Matrix, to: Activations, column: number): void;
  /** Adds the bias to every row, in place. */
  addBias(x: Activations, bias: Vector): void;
  /** Rotary position embedding in place, then times `scale`; the first row stands at position `first`. */
  rotate(x: Activations, first: number, heads: number, table: RotaryTable, scale: number): void;
  keyValues(positions: number, kvHeads: number, headSize: number): KeyValues;
  /** Puts rotated keys and values at position `first` and behind. */
  append(cache: KeyValues, first: number, k: Activations, v: Activations): void;
  /**
   * Causal attention, put into `to`; query heads share key-value heads in groups. `q`: rotated and scaled, from
   * position `first`.
   */
  attention(
    q: Activations,
    cache: KeyValues,
    first: number,
    heads: number,
    limits: AttentionLimits,
    to: Activations,
  ): void;
  /** x = activation(x), in place. */
  activate(x: Activations, activation: Activation): void;
  /** gate = activation(gate) * up, in place. */
  gate(gate: Activations, up: Activations, activation: Activation): void;
  /** x = cap tanh(x / cap), in place. */
  softcap(x: Activations, cap: number): void;
  mark(): number;
  release(mark: number): void;
}
