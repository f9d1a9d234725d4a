import { E2M1_BNB_CODEBOOK } from '../../core/formats/e2m1-bnb';
import { nearestCode, type Codebook } from '../../core/formats/codebook';
import type { CodebookFormat } from '../../core/formats/codebook-format';
import { storedBits } from '../../core/formats/codebook-rows';
import type { Cast, MatrixShape, NumberFormat } from '../../core/formats/format';
import { formatOf } from '../../core/formats/format-of';
import { packedRowBytes } from '../../core/formats/mx-packing';
import { NF4_CODEBOOK } from '../../core/formats/nf4';
import { scaleBytes, storedScale } from '../../core/formats/scaling';
import { SCALE_DTYPE, scaleDtypeNumber, type CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { bucketTables, type BucketTables } from '../codebook-tables';

const BITSANDBYTES: Readonly<Record<string, Codebook>> = { nf4: NF4_CODEBOOK, e2m1_bnb: E2M1_BNB_CODEBOOK };

/** The codebook formats; undefined for others, and for options that have no kernel. */
export function codebookSteps(kernels: CastExports, job: CastJob): CastSteps | undefined {
  const { cast } = job;
  const { fit, nested, scaleDtype, scale } = cast;
  if (fit === 'mse' || nested || !(scaleDtype in SCALE_DTYPE) || scale.kind === 'block') return undefined;
  const blockwise = BITSANDBYTES[cast.format];
  if (blockwise) return bitsandbytesSteps(kernels, cast, blockwise);
  const format = formatOf(cast);
  return isCodebook(format) ? rowSteps(kernels, job, format.codebookFor(cast)) : undefined;
}

function isCodebook(format: NumberFormat): format is CodebookFormat {
  return 'codebookFor' in format;
}

/** Groups of the flattened tensor; tiles are cut so that each begins a group. */
function bitsandbytesSteps(kernels: CastExports, { scale, scaleDtype }: Cast, codebook: Codebook): CastSteps {
  const size = scale.kind === 'group' ? scale.size : 1;
  const dtype = scaleDtypeNumber(scaleDtype);
  const use = loader(kernels, codebook, true);
  const filler = nearestCode(codebook, 0);
  return {
    fixedScale: undefined,
    sizes: ({ rows, columns }) => ({
      codes: Math.ceil((rows * columns) / 2),
      scales: Math.ceil((rows * columns) / size) * scaleBytes(scaleDtype),
      scratch: rows * columns,
    }),
    encode({ values, scratch, codes, scales, saturated }, { rows, columns }) {
      use();
      const count = rows * columns;
      kernels.encodeCodebook(values, scratch, 1, count, size, 0, scales, dtype, 1, saturated);
      kernels.packHighFirst(scratch, codes, count, filler);
    },
    decode({ codes, scratch, back, scales }, { rows, columns }) {
      use();
      kernels.unpackHighFirst(codes, scratch, rows * columns);
      kernels.decodeCodebook(scratch, back, 1, rows * columns, size, 0, scales, dtype);
    },
  };
}

/** Runs of columns within a row, or one scale for all. */
function rowSteps(kernels: CastExports, { cast, range }: CastJob, codebook: Codebook): CastSteps {
  const { scale, scaleDtype } = cast;
  const fixedScale = scale.kind === 'tensor' ? storedScale(range.amax, codebook.largest, scaleDtype) : undefined;
  const fixed = fixedScale ?? 0;
  const dtype = scaleDtypeNumber(scaleDtype);
  const use = loader(kernels, codebook, false);
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

/** Makes a codebook the one in use, unless it is. */
function loader(kernels: CastExports, codebook: Codebook, exact: boolean): () => void {
  const tables = bucketTables(codebook, exact);
  let loaded: number | undefined;
  return () => {
    if (loaded !== kernels.currentCodebook()) loaded = load(kernels, codebook, tables);
  };
}

/** Number of the codebook once it is in use. */
function load(kernels: CastExports, codebook: Codebook, tables: BucketTables | undefined): number {
  const { codes, order, bounds, largest, overflow } = codebook;
  const [, ...levels] = tables?.rows ?? [];
  order.forEach((code, place) => kernels.codebookPlace(place, code, bounds[place] ?? Infinity));
  codes.forEach((value, code) => kernels.codebookCode(code, value));
  tables?.rows.forEach((row, level) => row.forEach((value, bucket) => kernels.codebookBucket(level, bucket, value)));
  [tables?.factor ?? 1, ...overflow, largest].forEach((value, which) => kernels.codebookNumber(which, value));
  return kernels.beginCodebook(order.length, levels.length, tables?.slack ?? 0, codes.length);
}
