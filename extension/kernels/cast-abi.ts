import type { ScaleDtype } from '../core/formats/format';

/** What the cast module exports. Pointers are byte offsets into the imported memory; see assembly/cast. */
export interface CastExports {
  heapBase(): number;
  copy(source: number, target: number, bytes: number): void;
  encodeRuns(
    format: number,
    source: number,
    codes: number,
    rows: number,
    columns: number,
    size: number,
    fixed: number,
    scales: number,
    scaleDtype: number,
    ieee: number,
    stochastic: number,
    key: number,
    first: number,
    saturated: number,
  ): void;
  scaleRuns(
    values: number,
    rows: number,
    columns: number,
    size: number,
    fixed: number,
    scales: number,
    scaleDtype: number,
  ): void;
  encodeNf4(
    source: number,
    codes: number,
    count: number,
    group: number,
    scales: number,
    scaleDtype: number,
    saturated: number,
  ): void;
  packNf4(source: number, packed: number, count: number): void;
  decodeNf4(packed: number, values: number, count: number, group: number, scales: number, scaleDtype: number): void;
  packInt4(source: number, packed: number, rows: number, columns: number): void;
  unpackInt4(packed: number, codes: number, rows: number, columns: number): void;
  widenInt8: Widen;
  widenBf16: Widen;
  widenFp16: Widen;
  widenE4m3: Widen;
  widenE5m2: Widen;
  widenF64: Widen;
  tensorRange(values: number, count: number, out: number): void;
  profileValues(values: number, count: number, bins: number, out: number): void;
  measureRows(source: number, cast: number, rows: number, columns: number, out: number): void;
  encodeMx(
    element: number,
    source: number,
    codes: number,
    rows: number,
    columns: number,
    size: number,
    up: number,
    fit: number,
    back: number,
    scales: number,
    stochastic: number,
    key: number,
    first: number,
    saturated: number,
  ): void;
  decodeMx(
    element: number,
    codes: number,
    values: number,
    rows: number,
    columns: number,
    size: number,
    scales: number,
  ): void;
  encodeNvfp4(
    source: number,
    codes: number,
    rows: number,
    columns: number,
    size: number,
    globalScale: number,
    fit: number,
    back: number,
    scales: number,
    stochastic: number,
    key: number,
    first: number,
    saturated: number,
  ): void;
  decodeNvfp4(
    codes: number,
    values: number,
    rows: number,
    columns: number,
    size: number,
    globalScale: number,
    scales: number,
  ): void;
  encodeBfp(
    bits: number,
    source: number,
    codes: number,
    rows: number,
    columns: number,
    size: number,
    exponents: number,
    saturated: number,
  ): void;
  decodeBfp(
    bits: number,
    codes: number,
    values: number,
    rows: number,
    columns: number,
    size: number,
    exponents: number,
  ): void;
  packBits(source: number, packed: number, rows: number, columns: number, bits: number): void;
  unpackBits(packed: number, codes: number, rows: number, columns: number, bits: number): void;
  rotateRows(values: number, rows: number, columns: number, size: number, norm: number): void;
}

/** Values of some dtype to float32. */
type Widen = (source: number, values: number, count: number) => void;

/** The module's numbers for formats; fp32 needs no kernel and nf4 has its own. */
export const KERNEL_FORMAT = { bf16: 0, fp16: 1, fp8_e4m3: 2, fp8_e5m2: 3, int8: 4, int4: 5 } as const;

export type KernelFormat = keyof typeof KERNEL_FORMAT;

/** The module's numbers for the elements of microscaling formats. */
export const BLOCK_ELEMENT = { mxfp8: 0, mxfp8_e5m2: 1, mxfp6_e2m3: 2, mxfp6_e3m2: 3, mxfp4: 4, mxint8: 5 } as const;

export type MxFormat = keyof typeof BLOCK_ELEMENT;

/** The module's numbers for the dtypes of scales that its kernels write. */
export const SCALE_DTYPE: Readonly<Partial<Record<ScaleDtype, number>>> = { F32: 0, BF16: 1, F16: 2 };

export function scaleDtypeNumber(dtype: ScaleDtype): number {
  const number = SCALE_DTYPE[dtype];
  if (number === undefined) throw new Error(`no kernel writes ${dtype} scales`);
  return number;
}
