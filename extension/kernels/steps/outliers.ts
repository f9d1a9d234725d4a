import { defaultCast } from '../../core/formats/default-cast';
import { bf16 } from '../../core/formats/floats/bf16';
import { fp16 } from '../../core/formats/floats/fp16';
import type { Cast, MatrixShape } from '../../core/formats/format';
import type { CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';

/**
 * The steps of the format inside on values whose outlier columns are zero for the time being, and a 16-bit cast of
 * those columns; undefined where the format has none.
 */
export function outlierSteps(
  kernels: CastExports,
  job: CastJob,
  stepsOf: (kernels: CastExports, job: CastJob) => CastSteps | undefined,
): CastSteps | undefined {
  const { outliers } = job.range;
  const inner = stepsOf(kernels, { ...job, cast: withoutOutliers(job.cast) });
  const sixteen = stepsOf(kernels, { ...job, cast: defaultCast(outliers?.dtype === 'F16' ? fp16 : bf16) });
  if (!inner || !sixteen || !outliers) return undefined;
  const { columns: kept } = outliers;
  const width = kept.length;
  const keptOf = ({ rows }: MatrixShape): MatrixShape => ({ rows, columns: width });
  /** Bytes of the format's own scratch and other parts, so that what is after them is aligned. */
  const scratchBefore = (tile: MatrixShape): number => aligned(inner.sizes(tile).scratch);
  const moreBefore = (tile: MatrixShape): number => aligned(inner.sizes(tile).more ?? 0);
  const eachColumn = (move: CastExports['takeColumn'], values: number, tile: MatrixShape, at: number): void => {
    kept.forEach((column, place) => move(values, tile.rows, tile.columns, column, at, width, place));
  };
  return {
    fixedScale: inner.fixedScale,
    sizes(tile) {
      return {
        ...inner.sizes(tile),
        scratch: scratchBefore(tile) + tile.rows * width * 4,
        more: moreBefore(tile) + sixteen.sizes(keptOf(tile)).codes,
      };
    },
    encode(at, tile, first) {
      const values = at.scratch + scratchBefore(tile);
      eachColumn(kernels.takeColumn, at.values, tile, values);
      inner.encode(at, tile, first);
      eachColumn(kernels.putColumn, at.values, tile, values);
      sixteen.encode({ ...at, values, codes: at.more + moreBefore(tile) }, keptOf(tile), 0);
    },
    decode(at, tile) {
      const back = at.scratch + scratchBefore(tile);
      inner.decode(at, tile);
      sixteen.decode({ ...at, codes: at.more + moreBefore(tile), back }, keptOf(tile));
      eachColumn(kernels.putColumn, at.back, tile, back);
    },
    more(bytes, tile) {
      const own = inner.more?.(bytes.subarray(0, inner.sizes(tile).more), tile) ?? [];
      return new Map([...own, ['outliers', bytes.slice(moreBefore(tile))]]);
    },
  };
}

function withoutOutliers(cast: Cast): Cast {
  const { outliers, ...others } = cast;
  return outliers === undefined ? cast : others;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
