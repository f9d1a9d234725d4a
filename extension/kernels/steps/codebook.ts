import type { Codebook } from '../../core/formats/codebooks/codebook';
import type { CodebookFormat } from '../../core/formats/codebooks/codebook-format';
import { storedBits } from '../../core/formats/codebooks/codebook-rows';
import type { MatrixShape, NumberFormat } from '../../core/formats/format';
import { formatOf } from '../../core/formats/format-of';
import { packedRowBytes } from '../../core/formats/block-scaled/mx-packing';
import { scaleBytes, storedScale } from '../../core/formats/scaling';
import { SCALE_DTYPE, scaleDtypeNumber, type CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { codebookLoader } from '../codebook-loader';

/** The codebook formats; undefined for others, and for options that have no kernel. */
export function codebookSteps(kernels: CastExports, job: CastJob): CastSteps | undefined {
  const { cast } = job;
  if (cast.fit === 'mse' || !(cast.scaleDtype in SCALE_DTYPE) || cast.scale.kind === 'block') return undefined;
  const format = formatOf(cast);
  return isCodebook(format) ? rowSteps(kernels, job, format.codebookFor(cast)) : undefined;
}

function isCodebook(format: NumberFormat): format is CodebookFormat {
  return 'codebookFor' in format;
}

/** Runs of columns within a row, or one scale for all. */
function rowSteps(kernels: CastExports, { cast, range }: CastJob, codebook: Codebook): CastSteps {
  const { scale, scaleDtype } = cast;
  const fixedScale = scale.kind === 'tensor' ? storedScale(range.amax, codebook.largest, scaleDtype) : undefined;
  const fixed = fixedScale ?? 0;
  const dtype = scaleDtypeNumber(scaleDtype);
  const use = codebookLoader(kernels, codebook);
  const bits = storedBits(codebook);
  const size = (columns: number): number => (scale.kind === 'group' ? scale.size : columns);
  return {
    fixedScale,
    sizes: ({ rows, columns }) => ({
      codes: rows * packedRowBytes(columns, bits),
      scales: fixedScale === undefined ? rows * Math.ceil(columns / size(columns)) * scaleBytes(scaleDtype) : 0,
      scratch: bits < 8 ? rows * columns : 0,
    }),
    encode({ values, scratch, codes, scales, saturated }, tile) {
      use();
      const { rows, columns } = tile;
      const to = bits < 8 ? scratch : codes;
      kernels.encodeCodebook(values, to, rows, columns, size(columns), fixed, scales, dtype, 0, saturated);
      pack(kernels, bits, scratch, codes, tile);
    },
    decode({ codes, scratch, back, scales }, tile) {
      use();
      const { rows, columns } = tile;
      unpack(kernels, bits, codes, scratch, tile);
      const from = bits < 8 ? scratch : codes;
      kernels.decodeCodebook(from, back, rows, columns, size(columns), fixed, scales, dtype);
    },
  };
}

function pack(kernels: CastExports, bits: number, from: number, to: number, { rows, columns }: MatrixShape): void {
  if (bits === 4) kernels.packBits(from, to, rows, columns, bits);
  else if (bits < 4) kernels.packNarrow(from, to, rows, columns, bits);
}

function unpack(kernels: CastExports, bits: number, from: number, to: number, { rows, columns }: MatrixShape): void {
  if (bits === 4) kernels.unpackBits(from, to, rows, columns, bits);
  else if (bits < 4) kernels.unpackNarrow(from, to, rows, columns, bits);
}
