import { formatOf } from '../../core/formats/format-of';
import { randomKey } from '../../core/formats/stochastic';
import { BLOCK_ELEMENT, type CastExports, type MxFormat } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { codeBuffers } from './packed-codes';

/** The microscaling formats; undefined for others. */
export function mxSteps(kernels: CastExports, { cast }: CastJob): CastSteps | undefined {
  const { format, scale, scaleRound, round } = cast;
  if (!(format in BLOCK_ELEMENT) || scale.kind !== 'group') return undefined;
  const element = BLOCK_ELEMENT[format as MxFormat];
  const { size } = scale;
  const codes = codeBuffers(kernels, formatOf(cast).bits);
  const up = Number(scaleRound === 'up');
  const fit = Number(cast.fit === 'mse');
  const stochastic = Number(round.kind === 'stochastic');
  const key = round.kind === 'stochastic' ? randomKey(round.seed) : 0;
  return {
    fixedScale: undefined,
    sizes: (tile) => ({ ...codes.sizes(tile), scales: tile.rows * Math.ceil(tile.columns / size) }),
    encode(at, tile, first) {
      const { rows, columns } = tile;
      const to = codes.unpackedAt(at);
      // What the codes decode to is not there yet: its place serves for trying scales.
      const { values, back, scales, saturated } = at;
      kernels.encodeMx(
        element,
        values,
        to,
        rows,
        columns,
        size,
        up,
        fit,
        back,
        scales,
        stochastic,
        key,
        first,
        saturated,
      );
      codes.pack(at, tile);
    },
    decode(at, tile) {
      codes.unpack(at, tile);
      kernels.decodeMx(element, codes.unpackedAt(at), at.back, tile.rows, tile.columns, size, at.scales);
    },
  };
}
