import type { MatrixShape, PartRole } from '../core/formats/format';
import type { CastExports } from './cast-abi';
import type { CastJob } from './cast-kernels';
import { bfpSteps } from './steps/bfp';
import { bitsandbytesSteps } from './steps/bitsandbytes';
import { codebookSteps } from './steps/codebook';
import { floatSteps } from './steps/floats';
import { ggmlSteps } from './steps/ggml';
import { integerSteps } from './steps/integers';
import { mxSteps } from './steps/mx';
import { nvfp4Steps } from './steps/nvfp4';
import { outlierSteps } from './steps/outliers';
import { rotatedSteps } from './steps/rotated';

/** Addresses of a tile's buffers. */
export interface TileAt {
  /** The source in float32. */
  readonly values: number;
  /** What the codes decode to, in float32. */
  readonly back: number;
  /** Codes one a byte, before packing and after unpacking. */
  readonly scratch: number;
  readonly codes: number;
  readonly scales: number;
  /** What else the kernels make by rows: zero points, one a byte. */
  readonly more: number;
  readonly saturated: number;
}

/** How a job's format goes through the kernels, tile by tile. */
export interface CastSteps {
  /** The scale of the whole tensor, where there is one. */
  readonly fixedScale: number | undefined;
  sizes(tile: MatrixShape): {
    readonly codes: number;
    readonly scales: number;
    readonly scratch: number;
    readonly more?: number;
  };
  /** `first` is the row-major index in the tensor of the tile's first element. */
  encode(at: TileAt, tile: MatrixShape, first: number): void;
  decode(at: TileAt, tile: MatrixShape): void;
  /** The other stored parts of a tile, from the bytes at `more`. */
  readonly more?: (bytes: Uint8Array<ArrayBuffer>, tile: MatrixShape) => ReadonlyMap<PartRole, Uint8Array<ArrayBuffer>>;
}

/** Undefined where the format or an option of the cast has no kernel: such a job is the reference's. */
export function castSteps(kernels: CastExports, job: CastJob): CastSteps | undefined {
  if (job.cast.outliers !== undefined) return outlierSteps(kernels, job, castSteps);
  if (job.cast.rotate !== undefined) return rotatedSteps(kernels, job, castSteps);
  const blocks =
    ggmlSteps(kernels, job) ??
    mxSteps(kernels, job) ??
    nvfp4Steps(kernels, job) ??
    bfpSteps(kernels, job) ??
    bitsandbytesSteps(kernels, job) ??
    codebookSteps(kernels, job);
  if (blocks) return blocks;
  if (job.cast.format === 'fp32') return copySteps(kernels);
  return integerSteps(kernels, job) ?? floatSteps(kernels, job);
}

/** fp32: the codes are the values. */
function copySteps(kernels: CastExports): CastSteps {
  return {
    fixedScale: undefined,
    sizes: ({ rows, columns }) => ({ codes: rows * columns * 4, scales: 0, scratch: 0 }),
    encode: ({ values, codes }, { rows, columns }) => kernels.copy(values, codes, rows * columns * 4),
    decode: ({ codes, back }, { rows, columns }) => kernels.copy(codes, back, rows * columns * 4),
  };
}
