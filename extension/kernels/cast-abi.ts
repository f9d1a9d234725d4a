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
    height: number,
    fixed: number,
    fit: number,
    back: number,
    scales: number,
    scaleDtype: number,
    ieee: number,
    stochastic: number,
    key: number,
    first: number,
    saturated: number,
  ): void;
  defineFloat(
    mantissa: number,
    bias: number,
    largest: number,
    overflow: number,
    nan: number,
    sign: number,
    largestValue: number,
    limit: number,
  ): void;
  encodeIntegerRuns(
    kind: number,
    source: number,
    codes: number,
    wide: number,
    rows: number,
    columns: number,
    size: number,
    height: number,
    lowest: number,
    highest: number,
    steps: number,
    fixed: number,
    fixedZero: number,
    fit: number,
    back: number,
    scales: number,
    scaleDtype: number,
    zeros: number,
    stochastic: number,
    key: number,
    first: number,
    saturated: number,
  ): void;
  uncounted(): number;
  deriveCodes(
    codes: number,
    count: number,
    reciprocal: number,
    lowest: number,
    highest: number,
    values: number,
    saturated: number,
  ): void;
  deriveScales(scales: number, count: number, ratio: number, scaleDtype: number): void;
  decodeFloatRuns(
    format: number,
    codes: number,
    values: number,
    rows: number,
    columns: number,
    size: number,
    height: number,
    fixed: number,
    scales: number,
    scaleDtype: number,
  ): void;
  scaleRuns(
    values: number,
    rows: number,
    columns: number,
    size: number,
    height: number,
    fixed: number,
    fixedZero: number,
    scales: number,
    scaleDtype: number,
    zeros: number,
  ): void;
  encodeCodebook(
    source: number,
    codes: number,
    rows: number,
    columns: number,
    size: number,
    fixed: number,
    scales: number,
    scaleDtype: number,
    blockwise: number,
    saturated: number,
  ): void;
  decodeCodebook(
    codes: number,
    values: number,
    rows: number,
    columns: number,
    size: number,
    fixed: number,
    scales: number,
    scaleDtype: number,
  ): void;
  beginCodebook(places: number, levels: number, codes: number): number;
  currentCodebook(): number;
  codebookCode(code: number, value: number): void;
  codebookPlace(place: number, code: number, bound: number): void;
  codebookBucket(level: number, bucket: number, value: number): void;
  codebookNumber(which: number, value: number): void;
  addToValues(values: number, count: number, addend: number): void;
  takeColumn: MoveColumn;
  putColumn: MoveColumn;
  columnRanges(values: number, rows: number, columns: number, min: number, max: number): void;
  packHighFirst(source: number, packed: number, count: number, filler: number): void;
  unpackHighFirst(packed: number, codes: number, count: number): void;
  packNarrow(source: number, packed: number, rows: number, columns: number, bits: number): void;
  unpackNarrow(packed: number, codes: number, rows: number, columns: number, bits: number): void;
  packInt4(source: number, packed: number, rows: number, columns: number): void;
  unpackInt4(packed: number, codes: number, rows: number, columns: number): void;
  packCodes(
    source: number,
    packed: number,
    rows: number,
    columns: number,
    bits: number,
    wide: number,
    flip: number,
    rowBytes: number,
  ): void;
  unpackCodes(
    packed: number,
    codes: number,
    rows: number,
    columns: number,
    bits: number,
    wide: number,
    flip: number,
    rowBytes: number,
  ): void;
  widenInt8: Widen;
  widenInt16: Widen;
  widenDefined: Widen;
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
  encodeGgml(type: number, values: number, blocks: number, count: number): void;
  decodeGgml(type: number, blocks: number, values: number, count: number): void;
  countLost(values: number, decoded: number, count: number, total: number): void;
  packBits(source: number, packed: number, rows: number, columns: number, bits: number): void;
  unpackBits(packed: number, codes: number, rows: number, columns: number, bits: number): void;
  rotateRows(values: number, rows: number, columns: number, size: number, norm: number): void;
}

/** A column of a matrix to or from one of a narrower matrix. */
type MoveColumn = (
  values: number,
  rows: number,
  columns: number,
  column: number,
  kept: number,
  width: number,
  at: number,
) => void;

/** Values of some dtype to float32. */
type Widen = (source: number, values: number, count: number) => void;

/** The module's numbers for floats with casts of their own, and for the one that `defineFloat` defines. */
export const FLOAT_KERNEL = { bf16: 0, fp16: 1, fp8_e4m3: 2, fp8_e5m2: 3, defined: 4 } as const;

/** The module's numbers for the ways to find the scale of integers. */
export const INTEGER_SCALE = { symmetric: 0, asymmetric: 1, absmean: 2 } as const;

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
