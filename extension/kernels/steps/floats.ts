import { floatBits } from '../../core/formats/floats/float-bits';
import { decodeFloat, layoutBits, type FloatLayout } from '../../core/formats/floats/float-codes';
import type { Cast, MatrixShape } from '../../core/formats/format';
import { formatOf } from '../../core/formats/format-of';
import { scaleBytes, scaleShape, storedScale } from '../../core/formats/scaling';
import { randomKey } from '../../core/formats/stochastic';
import { FLOAT_KERNEL, SCALE_DTYPE, type CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps, TileAt } from '../cast-steps';
import { blockSize } from './blocks';

/** Formats that are decoded and scaled in one go. */
const SCALED_DECODING = { fp8_e4m3: true, fp8_e5m2: true, fp4_e2m1: true } as const;

/** Floats of at most 16 bits: those with kernels of their own, and all others by the kernel of a defined one. */
export function floatSteps(kernels: CastExports, { cast, range }: CastJob): CastSteps | undefined {
  const layout = formatOf(cast).layout;
  if (!layout) return undefined;
  const kind = cast.scale.kind;
  const bits = layoutBits(layout);
  const fixedScale = kind === 'tensor' ? storedScale(range.amax, largest(layout), cast.scaleDtype) : undefined;
  const fixed = kind === 'none' ? 1 : (fixedScale ?? 0);
  const fit = cast.fit === 'mse' && fixed === 0;
  // The dtype of the only scale of a tensor is the host's affair; one mantissa bit is the least that kernels round to.
  if (fixed === 0 && !(cast.scaleDtype in SCALE_DTYPE)) return undefined;
  if (layout.mantissaBits === 0 || (kind === 'tensor' && cast.fit === 'mse')) return undefined;
  const own = FLOAT_KERNEL[cast.format as keyof typeof FLOAT_KERNEL] as number | undefined;
  const kernel = cast.definition ? FLOAT_KERNEL.defined : (own ?? FLOAT_KERNEL.defined);
  const defined = fit || kernel === FLOAT_KERNEL.defined;
  const scaleDtype = SCALE_DTYPE[cast.scaleDtype] ?? 0;
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : 0;
  const packing = codePacking(kernels, bits);
  const widen = widenCodes(kernels, cast);
  const count = ({ rows, columns }: MatrixShape): number =>
    fixed === 0 ? scaleShape([rows, columns], cast.scale).reduce((product, extent) => product * extent, 1) : 0;

  return {
    fixedScale,
    sizes: (tile) => ({
      codes: tile.rows * packing.rowBytes(tile.columns),
      scales: count(tile) * scaleBytes(cast.scaleDtype),
      scratch: packing.packed ? tile.rows * tile.columns * (bits > 8 ? 2 : 1) : 0,
    }),
    encode(at, { rows, columns }, first) {
      const { size, height } = blockSize(cast.scale, { rows, columns });
      if (defined) defineFloat(kernels, layout);
      kernels.encodeRuns(
        kernel,
        at.values,
        packing.unpackedAt(at),
        rows,
        columns,
        size,
        height,
        fixed,
        Number(fit),
        at.back,
        at.scales,
        scaleDtype,
        Number(cast.overflow === 'ieee'),
        Number(cast.round.kind === 'stochastic'),
        key,
        first,
        at.saturated,
      );
      packing.pack(at, { rows, columns });
    },
    decode(at, { rows, columns }) {
      const { size, height } = blockSize(cast.scale, { rows, columns });
      if (defined) defineFloat(kernels, layout);
      if (kind !== 'none' && !cast.definition && cast.format in SCALED_DECODING) {
        packing.unpack(at, { rows, columns });
        const from = packing.unpackedAt(at);
        kernels.decodeFloatRuns(kernel, from, at.back, rows, columns, size, height, fixed, at.scales, scaleDtype);
        return;
      }
      packing.unpack(at, { rows, columns });
      widen(packing.unpackedAt(at), at.back, rows * columns);
      if (kind === 'none') return;
      kernels.scaleRuns(at.back, rows, columns, size, height, fixed, 0, at.scales, scaleDtype, 0);
    },
  };
}

function largest(layout: FloatLayout): number {
  return decodeFloat(layout.largestCode, layout);
}

function defineFloat(kernels: CastExports, layout: FloatLayout): void {
  const { mantissaBits, bias, largestCode, overflowCode, nanCode } = layout;
  const most = largest(layout);
  // Halfway to the next code, which there would be if exponents went on; a tie goes to the even one.
  const half = (most - decodeFloat(largestCode - 1, layout)) / 2;
  const limit = floatBits(most + half) + (largestCode % 2 === 0 ? 1 : 0);
  const sign = 2 ** (layoutBits(layout) - 1);
  kernels.defineFloat(mantissaBits, bias, largestCode, overflowCode, nanCode, sign, most, limit);
}

function widenCodes(kernels: CastExports, { format, definition }: Cast): CastExports['widenInt8'] {
  switch (definition ? '' : format) {
    case 'bf16':
      return kernels.widenBf16;
    case 'fp16':
      return kernels.widenFp16;
    case 'fp8_e4m3':
      return kernels.widenE4m3;
    case 'fp8_e5m2':
      return kernels.widenE5m2;
    default:
      return kernels.widenDefined;
  }
}

/** Where codes lie before they are packed, one in a byte or two, and the packing of rows into whole bytes. */
function codePacking(kernels: CastExports, bits: number) {
  const packed = bits !== 8 && bits !== 16;
  const wide = Number(bits > 8);
  const rowBytes = (columns: number): number => Math.ceil((columns * bits) / 8);
  // Vector kernels exist for these.
  const byVector = bits === 4 || bits === 6;
  return {
    packed,
    rowBytes,
    unpackedAt: ({ scratch, codes }: TileAt): number => (packed ? scratch : codes),
    pack({ scratch, codes }: TileAt, { rows, columns }: MatrixShape): void {
      if (!packed) return;
      if (byVector) kernels.packBits(scratch, codes, rows, columns, bits);
      else kernels.packCodes(scratch, codes, rows, columns, bits, wide, 0, rowBytes(columns));
    },
    unpack({ scratch, codes }: TileAt, { rows, columns }: MatrixShape): void {
      if (!packed) return;
      if (byVector) kernels.unpackBits(codes, scratch, rows, columns, bits);
      else kernels.unpackCodes(codes, scratch, rows, columns, bits, wide, 0, rowBytes(columns));
    },
  };
}
