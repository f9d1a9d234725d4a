import { optionsOf } from '../../core/formats/cast-options';
import { formatOf } from '../../core/formats/format-of';
import type { CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { codeBuffers } from './packed-codes';

const FORMATS: ReadonlySet<string> = new Set(['bfp8', 'bfp4', 'bfp2']);

/** The block floating point formats; undefined for others. */
export function bfpSteps(kernels: CastExports, { cast }: CastJob): CastSteps | undefined {
  const { format, scale } = cast;
  if (!FORMATS.has(format) || scale.kind !== 'group' || optionsOf(cast).length > 0) return undefined;
  const { bits } = formatOf(cast);
  const { size } = scale;
  const codes = codeBuffers(kernels, bits);
  return {
    fixedScale: undefined,
    sizes: (tile) => ({ ...codes.sizes(tile), scales: tile.rows * Math.ceil(tile.columns / size) }),
    encode(at, tile) {
      const { rows, columns } = tile;
      kernels.encodeBfp(bits - 1, at.values, codes.unpackedAt(at), rows, columns, size, at.scales, at.saturated);
      codes.pack(at, tile);
    },
    decode(at, tile) {
      codes.unpack(at, tile);
      kernels.decodeBfp(bits - 1, codes.unpackedAt(at), at.back, tile.rows, tile.columns, size, at.scales);
    },
  };
}
