import type { Granularity, MatrixShape } from '../../core/formats/format';

/** Columns and rows under one scale, as the kernels take them; where there is but one scale any will do. */
export function blockSize(
  scale: Granularity,
  { rows, columns }: MatrixShape,
): { readonly size: number; readonly height: number } {
  switch (scale.kind) {
    case 'none':
    case 'tensor':
      return { size: columns, height: rows };
    case 'channel':
      return { size: columns, height: 1 };
    case 'group':
      return { size: scale.size, height: 1 };
    case 'block':
      return { size: scale.columns, height: scale.rows };
  }
}
