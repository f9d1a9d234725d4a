import { columnRanges } from '../core/analysis/column-ranges';
import { measureCast } from '../core/analysis/measure-cast';
import { profileValues } from '../core/analysis/value-profile';
import { valueRange } from '../core/analysis/value-range';
import type { MatrixShape, NumberFormat } from '../core/formats/format';
import { formatOf } from '../core/formats/format-of';
import { sourceElements, sourceFloats } from '../core/formats/floats/source-floats';
import type { CastJob, CastKernels } from './cast-kernels';

/** The formats' TypeScript references behind the kernels' interface: what the wasm is tested against. */
export const referenceKernels: CastKernels = {
  range: (dtype, bytes) => valueRange(sourceFloats(dtype, bytes)),
  profile: (dtype, bytes) => profileValues(sourceFloats(dtype, bytes)),
  columns(dtype, bytes, columns) {
    const values = sourceFloats(dtype, bytes);
    return columnRanges(values, { rows: values.length / columns, columns });
  },
  cast(job) {
    const format = jobFormat(job);
    const values = sourceFloats(job.dtype, job.bytes);
    const { nan, infinite } = valueRange(values);
    const encoded = format.encodeRows(values, job.matrix, job.cast, job.range, job.firstElement);
    const decoded = format.decodeRows(encoded, job.matrix, job.cast, job.range);
    const errors = measureCast(values, decoded, job.matrix, encoded);
    return { encoded, errors, decoded: job.decode ? decoded : undefined, nan, infinite };
  },
};

/** The job's format; throws when there is none, or when bytes and shape disagree. */
export function jobFormat({ cast, dtype, bytes, matrix }: CastJob): NumberFormat {
  const format = formatOf(cast);
  if (!format.granularities.includes(cast.scale.kind)) {
    throw new Error(`${format.id} takes scale ${format.granularities.join(', ')}, not ${cast.scale.kind}`);
  }
  requireElements(matrix, sourceElements(dtype, bytes.byteLength));
  return format;
}

function requireElements({ rows, columns }: MatrixShape, elements: number): void {
  if (rows * columns === elements) return;
  throw new Error(`${elements} values were given for ${rows} rows of ${columns}`);
}
