import { nvfp4GlobalScale } from '../../core/formats/block-scaled/nvfp4-scales';
import { randomKey } from '../../core/formats/stochastic';
import type { CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { codeBuffers } from './packed-codes';

/** nvfp4; undefined for other formats. */
export function nvfp4Steps(kernels: CastExports, { cast, range }: CastJob): CastSteps | undefined {
  const { format, scale, round } = cast;
  if (format !== 'nvfp4' || scale.kind !== 'group') return undefined;
  const { size } = scale;
  const codes = codeBuffers(kernels, 4);
  const fit = Number(cast.fit === 'mse');
  const globalScale = nvfp4GlobalScale(range.amax);
  const stochastic = Number(round.kind === 'stochastic');
  const key = round.kind === 'stochastic' ? randomKey(round.seed) : 0;
  return {
    fixedScale: undefined,
    sizes: (tile) => ({ ...codes.sizes(tile), scales: tile.rows * Math.ceil(tile.columns / size) }),
    encode(at, tile, first) {
      const { rows, columns } = tile;
      const { values, back, scales, saturated } = at;
      const to = codes.unpackedAt(at);
      // What the codes decode to is not there yet: its place serves for trying scales.
      kernels.encodeNvfp4(
        values,
        to,
        rows,
        columns,
        size,
        globalScale,
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
      kernels.decodeNvfp4(codes.unpackedAt(at), at.back, tile.rows, tile.columns, size, globalScale, at.scales);
    },
  };
}
