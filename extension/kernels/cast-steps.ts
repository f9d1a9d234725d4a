import type { MatrixShape } from '../core/formats/format';
import { optionsOf } from '../core/formats/cast-options';
import { packedWords } from '../core/formats/integer-packing';
import { scaleBytes, storedScale } from '../core/formats/scaling';
import { formatOf } from '../core/formats/format-of';
import { randomKey } from '../core/formats/stochastic';
import { KERNEL_FORMAT, SCALE_DTYPE, scaleDtypeNumber, type CastExports, type KernelFormat } from './cast-abi';
import type { CastJob } from './cast-kernels';
import { bfpSteps } from './steps/bfp';
import { mxSteps } from './steps/mx';
import { nvfp4Steps } from './steps/nvfp4';
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
  readonly saturated: number;
}

/** How a job's format goes through the kernels, tile by tile. */
export interface CastSteps {
  /** The scale of the whole tensor, where there is one. */
  readonly fixedScale: number | undefined;
  sizes(tile: MatrixShape): { readonly codes: number; readonly scales: number; readonly scratch: number };
  /** `first` is the row-major index in the tensor of the tile's first element. */
  encode(at: TileAt, tile: MatrixShape, first: number): void;
  decode(at: TileAt, tile: MatrixShape): void;
}

/** Undefined where the format or an option of the cast has no kernel: such a job is the reference's. */
export function castSteps(kernels: CastExports, job: CastJob): CastSteps | undefined {
  if (job.cast.rotate !== undefined) return rotatedSteps(kernels, job, castSteps);
  const blocks = mxSteps(kernels, job) ?? nvfp4Steps(kernels, job) ?? bfpSteps(kernels, job);
  if (blocks) return blocks;
  const { format, scaleDtype } = job.cast;
  if (optionsOf(job.cast).length > 0 || !(scaleDtype in SCALE_DTYPE)) return undefined;
  if (job.cast.scale.kind === 'block') return undefined;
  if (format === 'fp32') return copySteps(kernels);
  if (format === 'nf4') return nf4Steps(kernels, job);
  return format in KERNEL_FORMAT ? runSteps(kernels, job, format as KernelFormat) : undefined;
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

/** Formats whose scales belong to runs of columns within a row, or to all. */
function runSteps(kernels: CastExports, { cast, range }: CastJob, format: KernelFormat): CastSteps {
  const kind = cast.scale.kind;
  const fixedScale = kind === 'tensor' ? storedScale(range.amax, formatOf(cast).largest, cast.scaleDtype) : undefined;
  const fixed = kind === 'none' ? 1 : (fixedScale ?? 0);
  const scaleDtype = scaleDtypeNumber(cast.scaleDtype);
  const stochastic = cast.round.kind === 'stochastic';
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : 0;
  const size = (columns: number): number => (cast.scale.kind === 'group' ? cast.scale.size : columns);
  const packed = format === 'int4';
  const codeBytes = format === 'bf16' || format === 'fp16' ? 2 : 1;
  const widen = widenCodes(kernels, format);
  return {
    fixedScale,
    sizes: ({ rows, columns }) => ({
      codes: packed ? rows * packedWords(columns, 4) * 4 : rows * columns * codeBytes,
      scales: fixed === 0 ? rows * Math.ceil(columns / size(columns)) * scaleBytes(cast.scaleDtype) : 0,
      scratch: packed ? rows * columns : 0,
    }),
    encode(at, { rows, columns }, first) {
      kernels.encodeRuns(
        KERNEL_FORMAT[format],
        at.values,
        packed ? at.scratch : at.codes,
        rows,
        columns,
        size(columns),
        fixed,
        at.scales,
        scaleDtype,
        Number(cast.overflow === 'ieee'),
        Number(stochastic),
        key,
        first,
        at.saturated,
      );
      if (packed) kernels.packInt4(at.scratch, at.codes, rows, columns);
    },
    decode(at, { rows, columns }) {
      if (packed) kernels.unpackInt4(at.codes, at.scratch, rows, columns);
      widen(packed ? at.scratch : at.codes, at.back, rows * columns);
      if (kind !== 'none') {
        kernels.scaleRuns(at.back, rows, columns, size(columns), fixed, at.scales, scaleDtype);
      }
    },
  };
}

function widenCodes(kernels: CastExports, format: KernelFormat): CastExports['widenInt8'] {
  switch (format) {
    case 'bf16':
      return kernels.widenBf16;
    case 'fp16':
      return kernels.widenFp16;
    case 'fp8_e4m3':
      return kernels.widenE4m3;
    case 'fp8_e5m2':
      return kernels.widenE5m2;
    case 'int8':
    case 'int4':
      return kernels.widenInt8;
  }
}

/** Groups of the flattened tensor; tiles are cut so that each begins a group. */
function nf4Steps(kernels: CastExports, { cast }: CastJob): CastSteps {
  const group = cast.scale.kind === 'group' ? cast.scale.size : 1;
  const scaleDtype = scaleDtypeNumber(cast.scaleDtype);
  return {
    fixedScale: undefined,
    sizes: ({ rows, columns }) => ({
      codes: Math.ceil((rows * columns) / 2),
      scales: Math.ceil((rows * columns) / group) * scaleBytes(cast.scaleDtype),
      scratch: rows * columns,
    }),
    encode(at, { rows, columns }) {
      const count = rows * columns;
      kernels.encodeNf4(at.values, at.scratch, count, group, at.scales, scaleDtype, at.saturated);
      kernels.packNf4(at.scratch, at.codes, count);
    },
    decode(at, { rows, columns }) {
      kernels.decodeNf4(at.codes, at.back, rows * columns, group, at.scales, scaleDtype);
    },
  };
}
