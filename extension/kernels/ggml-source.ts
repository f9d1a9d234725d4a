import { ggmlBlock } from '../core/formats/ggml/blocks';
import { sourceElements, sourceFloats } from '../core/formats/floats/source-floats';
import type { CastExports } from './cast-abi';
import type { CastMemory } from './cast-memory';

/** Elements decoded at a time, whole blocks of every type: codes and values stay in a core's cache. */
const TILE = 16384;

/** Types that the module does not decode: their points are looked up in tables of their own. */
const REFERENCE_ONLY: ReadonlySet<string> = new Set([
  'IQ1_M',
  'IQ1_S',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'IQ3_S',
  'IQ3_XXS',
]);

/** Float32 values of whole blocks of ggml, as `sourceFloats` gives them, by the kernels. */
export function ggmlSource(kernels: CastExports, memory: CastMemory): typeof sourceFloats {
  return (dtype, bytes) => {
    const block = ggmlBlock(dtype);
    if (!block || REFERENCE_ONLY.has(dtype)) return sourceFloats(dtype, bytes);
    const { number, blockSize, blockBytes } = block;
    const elements = sourceElements(dtype, bytes.byteLength);
    const values = new Float32Array(elements);
    const [source, wide] = memory.layOut([(TILE / blockSize) * blockBytes, TILE * 4]) as [number, number];
    const into = memory.bytes(wide, 0).buffer;
    for (let start = 0; start < elements; start += TILE) {
      const count = Math.min(TILE, elements - start);
      const blocks = count / blockSize;
      const first = (start / blockSize) * blockBytes;
      memory.bytes(source, blocks * blockBytes).set(bytes.subarray(first, first + blocks * blockBytes));
      kernels.decodeGgml(number, source, wide, blocks);
      values.set(new Float32Array(into, wide, count), start);
    }
    return values;
  };
}
