import type { Cast, MatrixShape } from '../../core/formats/format';
import { rotatedRange } from '../../core/formats/rotated';
import type { CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';

/**
 * The steps of the format inside, between a rotation of a copy of the values and one of what decodes; undefined where
 * that format has none.
 */
export function rotatedSteps(
  kernels: CastExports,
  job: CastJob,
  stepsOf: (kernels: CastExports, job: CastJob) => CastSteps | undefined,
): CastSteps | undefined {
  const { rotate: size = 1, ...cast } = job.cast;
  const inner = stepsOf(kernels, { ...job, cast: cast satisfies Cast, range: rotatedRange(job.range, size) });
  if (!inner) return undefined;
  const norm = Math.fround(1 / Math.sqrt(size));
  /** Bytes of the format's own scratch, so that the copy after it is aligned. */
  const before = (tile: MatrixShape): number => Math.ceil(inner.sizes(tile).scratch / 16) * 16;
  return {
    fixedScale: inner.fixedScale,
    ...(inner.more && { more: inner.more }),
    sizes(tile) {
      return { ...inner.sizes(tile), scratch: before(tile) + tile.rows * tile.columns * 4 };
    },
    encode(at, tile, first) {
      const { rows, columns } = tile;
      const turned = at.scratch + before(tile);
      kernels.copy(at.values, turned, rows * columns * 4);
      kernels.rotateRows(turned, rows, columns, size, norm);
      inner.encode({ ...at, values: turned }, tile, first);
    },
    decode(at, tile) {
      inner.decode(at, tile);
      kernels.rotateRows(at.back, tile.rows, tile.columns, size, norm);
    },
  };
}
