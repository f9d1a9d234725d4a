import { formatBlock } from '../../core/formats/ggml/blocks';
import type { CastExports } from '../cast-abi';
import type { CastJob } from '../cast-kernels';
import type { CastSteps } from '../cast-steps';

/** ggml's block types; undefined for other formats, and for rows that are no whole blocks: the reference refuses them. */
export function ggmlSteps(kernels: CastExports, { cast, matrix }: CastJob): CastSteps | undefined {
  const block = formatBlock(cast.format);
  if (!block?.encode || matrix.columns % block.blockSize !== 0) return undefined;
  const { number, blockSize, blockBytes } = block;
  return {
    fixedScale: undefined,
    sizes: ({ rows, columns }) => ({ codes: rows * (columns / blockSize) * blockBytes, scales: 0, scratch: 0 }),
    encode({ values, codes }, { rows, columns }) {
      kernels.encodeGgml(number, values, codes, (rows * columns) / blockSize);
    },
    decode({ values, codes, back, saturated }, { rows, columns }) {
      kernels.decodeGgml(number, codes, back, (rows * columns) / blockSize);
      kernels.countLost(values, back, rows * columns, saturated);
    },
  };
}
