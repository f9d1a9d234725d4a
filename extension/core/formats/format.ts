import type { StorageDtype } from '../checkpoint/storage-dtype';
import type { CastOption, CastOptions } from './cast-options';
import type { FormatDefinition } from './definition';
import type { FloatLayout } from './floats/float-codes';

/**
 * Which elements share one scale. A tensor is seen as a matrix: columns = last axis, rows = all other axes
 * together (a vector is one row, a scalar 1 x 1). `channel` is one scale a row; `group` cuts each row into
 * runs of `size` columns.
 */
export type Granularity =
  | { readonly kind: 'none' }
  | { readonly kind: 'tensor' }
  | { readonly kind: 'channel' }
  | { readonly kind: 'group'; readonly size: number }
  | { readonly kind: 'block'; readonly rows: number; readonly columns: number };

export type Rounding = { readonly kind: 'nearest' } | { readonly kind: 'stochastic'; readonly seed: number };

/** How scales are stored; the cast uses the scale as stored, after its own rounding. */
export type ScaleDtype = 'F32' | 'BF16' | 'F16' | 'F8_E4M3' | 'F8_E8M0';

/**
 * Everything that decides the bytes of a cast tensor, defaults filled in. Options are present only where they were
 * asked for: absent means the format's default.
 */
export interface Cast extends CastOptions {
  readonly format: string;
  readonly scale: Granularity;
  readonly scaleDtype: ScaleDtype;
  readonly round: Rounding;
  /** What a value beyond the largest finite code becomes: that code, or what IEEE and torch do (inf / NaN). */
  readonly overflow: 'saturate' | 'ieee';
  /** What `format` is, when it is not built in. */
  readonly definition?: FormatDefinition;
}

/** Rows and columns of a tensor as a cast sees it. */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
}

/** What a stored piece of a cast tensor is. */
export type PartRole =
  | 'codes'
  | 'scale'
  | 'global-scale'
  | 'zero-point'
  | 'shape'
  | 'codebook'
  | 'state'
  | 'nested-scale'
  | 'nested-codebook'
  | 'outliers'
  | 'outlier-columns';

/** One piece of a cast tensor as it lies on disk: `codes` and, for scaled formats, the rest. */
export interface Part {
  readonly role: PartRole;
  readonly dtype: StorageDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** Columns that stay in 16 bit. */
export interface OutlierColumns {
  /** Ascending. */
  readonly columns: readonly number[];
  /** What they are stored in: F16 for a tensor that is F16, else BF16. */
  readonly dtype: 'BF16' | 'F16';
}

/** Largest and smallest finite value of a whole tensor, needed before a cast with one scale a tensor. */
export interface TensorRange {
  readonly min: number;
  readonly max: number;
  /** Largest magnitude among the finite values; 0 for an empty tensor. */
  readonly amax: number;
  /** Mean magnitude of the finite values, in float64; 0 for an empty tensor. Only ternary needs it. */
  readonly meanMagnitude?: number;
  /** Mean of the scales of all groups as a float32; of a cast with nested scales, which are stored without it. */
  readonly meanScale?: number;
  /** Of a cast that keeps outlier columns; min, max and amax are then those of the other columns. */
  readonly outliers?: OutlierColumns;
}

/** What a constant part is made from. */
export interface ConstantSource {
  readonly shape: readonly number[];
  /** Dtype of the tensor before the cast. */
  readonly dtype: StorageDtype;
  readonly range: TensorRange;
}

/** Bytes of a cast run of rows: the row-wise parts in row order, so that runs concatenate (see `rowUnit`). */
export interface EncodedRows {
  readonly codes: Uint8Array<ArrayBuffer>;
  /** Stored scales of these rows; empty for unscaled formats, the single scale for `tensor`. */
  readonly scales: Uint8Array<ArrayBuffer>;
  /** Other parts that come out of the cast, by rows too: zero points. */
  readonly more?: ReadonlyMap<PartRole, Uint8Array<ArrayBuffer>>;
  /**
   * Finite values that rounded beyond the largest code: clamped to it, or made infinite or NaN where the cast
   * says `overflow: ieee`.
   */
  readonly saturated: number;
  /** Finite values other than zero that decode to zero. */
  readonly flushed: number;
}

/**
 * A number format: one file, one constant of this type. `encodeRows` is the TypeScript reference that the
 * wasm kernel must match bit for bit; it is written to be read, not to be fast.
 */
export interface NumberFormat {
  /** Canonical id, as in a policy: `fp8_e4m3`. */
  readonly id: string;
  /** Other spellings that are accepted (PyTorch, safetensors, ggml ...), lower case. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly family: 'float' | 'integer' | 'codebook' | 'block';
  /** Bits of one code, without scales. */
  readonly bits: number;
  /** Largest finite magnitude of a code (before scaling). */
  readonly largest: number;
  /** All finite code points in ascending order, for formats of 8 bits and fewer; undefined above. */
  readonly codePoints: readonly number[] | undefined;
  /** Granularities that the format takes; the first is the default when `group` is not given. */
  readonly granularities: readonly Granularity['kind'][];
  readonly defaultScale: Granularity;
  readonly defaultScaleDtype: ScaleDtype;
  /** The dtypes its scales may be stored in; any when not given. */
  readonly scaleDtypes?: readonly ScaleDtype[];
  /** How it rounds, where that is not to the nearest code with ties to even; for people to read. */
  readonly rounding?: string;
  /** Whether it can be rounded stochastically. */
  readonly stochastic: boolean;
  /** Options that it takes beyond scale, rounding and overflow; none when not given. */
  readonly options?: readonly CastOption[];
  /** Whether several codes share a word, so that the codes are stored under a name of their own (`X_packed`). */
  readonly packed?: boolean;
  /**
   * Whether the range of the whole tensor must be known also when no scale is one for the whole tensor. It is then that
   * of all tensors that loaders join with it (`fusedCompanions`), because they have one global scale.
   */
  readonly needsRange?: boolean;
  /**
   * True when groups and packing run over the flattened row-major tensor instead of within each row (nf4 of
   * bitsandbytes). A group then need not divide the row, and runs of rows must be cut as `rowUnit` says.
   */
  readonly flattened?: boolean;
  /** Values of a block whose layout the format fixes (ggml): rows must be a whole number of blocks long. */
  readonly blockSize?: number;
  /**
   * Runs of rows must be a multiple of this many rows long (the last one excepted), so that the bytes of the runs
   * concatenate to the bytes of the whole; 1 when not given.
   */
  rowUnit?(cast: Cast, columns: number): number;
  /** Paper or specification the definition comes from. */
  readonly source: string;
  /** Its codes, where they are floats of at most 16 bits. */
  readonly layout?: FloatLayout;
  /** What the user made it from; undefined for a built-in format. */
  readonly definition?: FormatDefinition;
  /**
   * Exact stored parts of a tensor of `shape`; the sum of their bytes is the tensor's size on disk. `source` is
   * the dtype it is stored in now (BF16 when not given): nf4 writes it into its state, whose length it changes.
   * Throws when the format does not take the cast's granularity.
   */
  parts(shape: readonly number[], cast: Cast, source?: StorageDtype): readonly Part[];
  /**
   * Bytes of a part whose content follows from the plan and the range alone: a codebook, a state, a global scale.
   * Undefined for the parts that `encodeRows` makes.
   */
  constantPart?(role: PartRole, tensor: ConstantSource, cast: Cast): Uint8Array<ArrayBuffer> | undefined;
  /**
   * Casts whole rows. `range` is the range of the whole tensor; only one scale a tensor needs it. `firstElement`
   * is the row-major index in the tensor of the first value (0 when not given): the counter of stochastic
   * rounding. NaN and infinities are the caller's to refuse; scales ignore them.
   */
  encodeRows(
    values: Float32Array,
    matrix: MatrixShape,
    cast: Cast,
    range: TensorRange,
    firstElement?: number,
  ): EncodedRows;
  /** What a loader would compute from the stored bytes, in float32: code times stored scale, rounded once. */
  decodeRows(
    encoded: Pick<EncodedRows, 'codes' | 'scales' | 'more'>,
    matrix: MatrixShape,
    cast: Cast,
    range?: TensorRange,
  ): Float32Array<ArrayBuffer>;
}
