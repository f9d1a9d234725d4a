import { storageBytes } from '../../checkpoint/storage-dtype';
import type { Cast, MatrixShape, Part } from '../format';
import { packIntegers, packedWords, transposed, unpackIntegers } from './integer-packing';
import { matrixShape } from '../matrix';
import { scaleShape } from '../scaling';

/** Whether zero points are packed down the rows: those of packed codes, unless there is but one for the tensor. */
export function packsZeroPoints(bits: number, { scale }: Pick<Cast, 'scale'>): boolean {
  return bits < 8 && scale.kind !== 'tensor';
}

/** Rows whose zero points fill whole 32-bit words. */
export function zeroPointRows(bits: number): number {
  return 32 / (bits & -bits);
}

/**
 * The zero points as compressed-tensors stores them: beside codes of 8 bits, and for one scale a tensor, in I8 of the
 * scales' shape; beside packed codes in I32, packed along the rows: [ceil(rows * bits / 32), groups]. A stack keeps its
 * leading axes where the rows of each matrix fill whole words; else the rows of all are packed together, which no
 * loader knows.
 */
export function zeroPointPart(shape: readonly number[], bits: number, cast: Cast): Part {
  const scales = scaleShape(shape, cast.scale);
  if (!packsZeroPoints(bits, cast)) {
    return { role: 'zero-point', dtype: 'I8', shape: scales, bytes: storageBytes('I8', scales) };
  }
  const across = scales.at(-1)!;
  const each = shape.at(-2) ?? 1;
  const words =
    shape.length > 2 && (each * bits) % 32 === 0
      ? [...shape.slice(0, -2), packedWords(each, bits), across]
      : [packedWords(matrixShape(shape).rows, bits), across];
  return { role: 'zero-point', dtype: 'I32', shape: words, bytes: storageBytes('I32', words) };
}

/** Zero points of `rows` x `columns` scales, packed down each column from the first row on. */
export function packZeroPoints(zeros: Int16Array, scales: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  const turned = { rows: scales.columns, columns: scales.rows };
  const words = new Int32Array(packIntegers(transposed(zeros, scales), turned, bits).buffer);
  const perColumn = packedWords(scales.rows, bits);
  const packed = Int32Array.from(
    words,
    (_, at) => words[(at % scales.columns) * perColumn + Math.floor(at / scales.columns)]!,
  );
  return new Uint8Array(packed.buffer);
}

/** The inverse of `packZeroPoints`. */
export function unpackZeroPoints(packed: Uint8Array, scales: MatrixShape, bits: number): Int16Array {
  const words = new Int32Array(packed.slice().buffer);
  const perColumn = packedWords(scales.rows, bits);
  const turned = Int32Array.from(
    words,
    (_, at) => words[(at % perColumn) * scales.columns + Math.floor(at / perColumn)]!,
  );
  const columns = { rows: scales.columns, columns: scales.rows };
  return transposed(unpackIntegers(new Uint8Array(turned.buffer), columns, bits), columns);
}
