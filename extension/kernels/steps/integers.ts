import { deriveIntegers, widerCast } from '../../core/formats/integers/double-rounding';
import type { Cast, MatrixShape, PartRole } from '../../core/formats/format';
import { INTEGER_BITS, integerCodes, type IntegerCodes } from '../../core/formats/integers/integer-codes';
import { packedWords } from '../../core/formats/integers/integer-packing';
import { asymmetricScale, type IntegerScale } from '../../core/formats/integers/integer-scales';
import { packZeroPoints, packsZeroPoints } from '../../core/formats/integers/integer-zero-points';
import { scaleBytes, scaleShape, storedScale } from '../../core/formats/scaling';
import { randomKey } from '../../core/formats/stochastic';
import { INTEGER_SCALE, SCALE_DTYPE, type CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps, TileAt } from '../cast-steps';
import { blockSize } from './blocks';

/** What the kernels have to know of an integer format. */
interface IntegerKernel {
  readonly bits: number;
  readonly kind: number;
  readonly limits: IntegerCodes;
  /** The codes that these are derived from, and how many of them become one. */
  readonly wider?: { readonly limits: IntegerCodes; readonly ratio: number };
}

function kernelOf(cast: Cast): IntegerKernel | undefined {
  if (cast.format === 'ternary') {
    return { bits: 2, kind: INTEGER_SCALE.absmean, limits: { lowest: -1, highest: 1, steps: 1 } };
  }
  const bits = INTEGER_BITS.get(cast.format) ?? { dfp8: 8, dfp16: 16 }[cast.format];
  const kind = cast.symmetric === false ? INTEGER_SCALE.asymmetric : INTEGER_SCALE.symmetric;
  if (bits === undefined) return undefined;
  const wide = widerCast(cast);
  const wideBits = wide && INTEGER_BITS.get(wide.format)!;
  const wider = wideBits && { limits: integerCodes(wideBits, cast), ratio: 2 ** (wideBits - bits) };
  return { bits, kind, limits: integerCodes(bits, cast), ...(wider && { wider }) };
}

/** Integers of 2 to 8 bits, ternary weights and dynamic fixed point. */
export function integerSteps(kernels: CastExports, job: CastJob): CastSteps | undefined {
  const { cast } = job;
  const kernel = kernelOf(cast);
  const wideFixed = kernel && tensorScale(job, kernel);
  const fixed = wideFixed && derivedScale(wideFixed, cast);
  // The dtype of the only scale of a tensor is the host's affair.
  if (!kernel || !(fixed || cast.scaleDtype in SCALE_DTYPE)) return undefined;
  if (cast.scale.kind === 'tensor' && (cast.fit === 'mse' || !fixed)) return undefined;
  const { bits, kind, limits, wider } = kernel;
  const made = wider?.limits ?? limits;
  const wide = bits > 8;
  const packed = bits < 8;
  const zeroed = kind === INTEGER_SCALE.asymmetric && !fixed;
  const flip = 2 ** (bits - 1);
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : 0;
  const scaleDtype = SCALE_DTYPE[cast.scaleDtype] ?? 0;
  const rowBytes = (columns: number): number => packedWords(columns, bits) * 4;
  const scalesOf = ({ rows, columns }: MatrixShape): MatrixShape => {
    const [high, across] = scaleShape([rows, columns], cast.scale) as [number, number];
    return { rows: high, columns: across };
  };
  const count = (tile: MatrixShape): number => (fixed ? 0 : scalesOf(tile).rows * scalesOf(tile).columns);
  const unpackedAt = ({ scratch, codes }: TileAt): number => (packed ? scratch : codes);

  const derive = (at: TileAt, tile: MatrixShape, ratio: number): void => {
    const { lowest, highest } = limits;
    kernels.deriveCodes(unpackedAt(at), tile.rows * tile.columns, 1 / ratio, lowest, highest, at.values, at.saturated);
    kernels.deriveScales(at.scales, count(tile), ratio, scaleDtype);
    if (zeroed) kernels.deriveCodes(at.more, count(tile), 1 / ratio, lowest, highest, 0, at.saturated);
  };

  return {
    fixedScale: fixed?.scale,
    sizes: (tile) => ({
      codes: packed ? tile.rows * rowBytes(tile.columns) : tile.rows * tile.columns * (wide ? 2 : 1),
      scales: count(tile) * scaleBytes(cast.scaleDtype),
      scratch: packed ? tile.rows * tile.columns : 0,
      more: zeroed ? count(tile) : 0,
    }),
    encode(at, { rows, columns }, first) {
      const { size, height } = blockSize(cast.scale, { rows, columns });
      kernels.encodeIntegerRuns(
        kind,
        at.values,
        unpackedAt(at),
        Number(wide),
        rows,
        columns,
        size,
        height,
        made.lowest,
        made.highest,
        made.steps,
        wideFixed?.scale ?? 0,
        wideFixed?.zero ?? 0,
        Number(cast.fit === 'mse'),
        at.back,
        at.scales,
        scaleDtype,
        zeroed ? at.more : 0,
        Number(cast.round.kind === 'stochastic'),
        key,
        first,
        wider ? kernels.uncounted() : at.saturated,
      );
      if (wider) derive(at, { rows, columns }, wider.ratio);
      if (bits === 4) kernels.packInt4(at.scratch, at.codes, rows, columns);
      else if (packed) kernels.packCodes(at.scratch, at.codes, rows, columns, bits, 0, flip, rowBytes(columns));
    },
    decode(at, { rows, columns }) {
      const { size, height } = blockSize(cast.scale, { rows, columns });
      if (bits === 4) kernels.unpackInt4(at.codes, at.scratch, rows, columns);
      else if (packed) kernels.unpackCodes(at.codes, at.scratch, rows, columns, bits, 0, flip, rowBytes(columns));
      if (wide) kernels.widenInt16(at.codes, at.back, rows * columns);
      else kernels.widenInt8(unpackedAt(at), at.back, rows * columns);
      kernels.scaleRuns(
        at.back,
        rows,
        columns,
        size,
        height,
        fixed?.scale ?? 0,
        fixed?.zero ?? 0,
        at.scales,
        scaleDtype,
        zeroed ? at.more : 0,
      );
    },
    ...(zeroed && { more: (bytes, tile) => zeroPoints(bytes, scalesOf(tile), bits, cast) }),
  };
}

function zeroPoints(
  bytes: Uint8Array<ArrayBuffer>,
  scales: MatrixShape,
  bits: number,
  cast: Cast,
): ReadonlyMap<PartRole, Uint8Array<ArrayBuffer>> {
  const zeros = Int16Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  const stored = packsZeroPoints(bits, cast) ? packZeroPoints(zeros, scales, bits) : bytes.slice();
  return new Map([['zero-point', stored]]);
}

function derivedScale(scale: IntegerScale, cast: Cast): IntegerScale {
  const wide = widerCast(cast);
  return wide ? deriveIntegers(new Int16Array(0), [scale], wide, cast).scales[0]! : scale;
}

/** The scale of a tensor that has one, as the references find it; undefined where a mean is not known. */
function tensorScale({ cast, range }: CastJob, { kind, limits: own, wider }: IntegerKernel): IntegerScale | undefined {
  if (cast.scale.kind !== 'tensor') return undefined;
  const limits = wider?.limits ?? own;
  if (kind === INTEGER_SCALE.asymmetric) return asymmetricScale(range.min, range.max, limits, cast);
  const basis = kind === INTEGER_SCALE.absmean ? range.meanMagnitude : range.amax;
  return basis === undefined
    ? undefined
    : { scale: storedScale(Math.fround(basis), limits.steps, cast.scaleDtype), zero: 0 };
}
