import { NESTED_CODEBOOK, NESTED_GROUP } from '../../core/formats/bitsandbytes/bitsandbytes-nested';
import { nearestCode, type Codebook } from '../../core/formats/codebooks/codebook';
import { E2M1_BNB_CODEBOOK } from '../../core/formats/bitsandbytes/e2m1-bnb';
import type { Cast, MatrixShape } from '../../core/formats/format';
import { NF4_CODEBOOK } from '../../core/formats/bitsandbytes/nf4';
import { scaleBytes } from '../../core/formats/scaling';
import { SCALE_DTYPE, type CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';
import { codebookLoader } from '../codebook-loader';

const CODEBOOKS: Readonly<Record<string, Codebook>> = { nf4: NF4_CODEBOOK, e2m1_bnb: E2M1_BNB_CODEBOOK };

const F32 = 0;

/** The formats of bitsandbytes; undefined for others. Tiles are cut so that each begins a group. */
export function bitsandbytesSteps(kernels: CastExports, { cast, range }: CastJob): CastSteps | undefined {
  const codebook = cast.definition ? undefined : CODEBOOKS[cast.format];
  const scaleDtype = SCALE_DTYPE[cast.scaleDtype];
  if (!codebook || scaleDtype === undefined || cast.scale.kind !== 'group') return undefined;
  const { size } = cast.scale;
  const use = codebookLoader(kernels, codebook);
  const filler = nearestCode(codebook, 0);
  const groups = ({ rows, columns }: MatrixShape): number => Math.ceil((rows * columns) / size);
  const plain: CastSteps = {
    fixedScale: undefined,
    sizes: (tile) => ({
      codes: Math.ceil((tile.rows * tile.columns) / 2),
      scales: groups(tile) * scaleBytes(cast.scaleDtype),
      scratch: tile.rows * tile.columns,
    }),
    encode({ values, scratch, codes, scales, saturated }, { rows, columns }) {
      use();
      const count = rows * columns;
      kernels.encodeCodebook(values, scratch, 1, count, size, 0, scales, scaleDtype, 1, saturated);
      kernels.packHighFirst(scratch, codes, count, filler);
    },
    decode({ codes, scratch, back, scales }, { rows, columns }) {
      use();
      kernels.unpackHighFirst(codes, scratch, rows * columns);
      kernels.decodeCodebook(scratch, back, 1, rows * columns, size, 0, scales, scaleDtype);
    },
  };
  return cast.nested ? nestedSteps(kernels, plain, cast, groups, range.meanScale) : plain;
}

/** The scales of the format's own steps, themselves stored in 8 bits: see core/formats/bitsandbytes/bitsandbytes-nested.ts. */
function nestedSteps(
  kernels: CastExports,
  plain: CastSteps,
  { scaleDtype }: Cast,
  groups: (tile: MatrixShape) => number,
  offset: number | undefined,
): CastSteps | undefined {
  if (offset === undefined || scaleDtype !== 'F32') return undefined;
  const use = codebookLoader(kernels, NESTED_CODEBOOK);
  /** The format's own scratch, then the scales in float32, then a count that nobody reads. */
  const scalesAfter = (tile: MatrixShape): number => Math.ceil(plain.sizes(tile).scratch / 16) * 16;
  return {
    fixedScale: undefined,
    sizes: (tile) => ({
      codes: plain.sizes(tile).codes,
      scales: groups(tile),
      scratch: scalesAfter(tile) + groups(tile) * 4 + 4,
      more: Math.ceil(groups(tile) / NESTED_GROUP) * 4,
    }),
    encode(at, tile, first) {
      const count = groups(tile);
      const scales = at.scratch + scalesAfter(tile);
      plain.encode({ ...at, scales }, tile, first);
      kernels.addToValues(scales, count, -offset);
      use();
      kernels.encodeCodebook(scales, at.scales, 1, count, NESTED_GROUP, 0, at.more, F32, 1, scales + count * 4);
    },
    decode(at, tile) {
      const count = groups(tile);
      const scales = at.scratch + scalesAfter(tile);
      use();
      kernels.decodeCodebook(at.scales, scales, 1, count, NESTED_GROUP, 0, at.more, F32);
      kernels.addToValues(scales, count, offset);
      plain.decode({ ...at, scales }, tile);
    },
    more: (bytes) => new Map([['nested-scale', bytes.slice()]]),
  };
}
