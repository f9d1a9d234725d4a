import type { Cast } from '../formats/format';
import { INTEGER_BITS } from '../formats/integers/integer-codes';
import { packsZeroPoints } from '../formats/integers/integer-zero-points';
import type { Target } from '../policy/keys';

/**
 * Which of the programs that read a target's layout can't load a cast, though the layout holds it, and why; undefined
 * when all can. Known: transformers 5.23 builds the layer on the meta device, where compressed-tensors 0.20 forgets to
 * pack zero points (`PackedQuantizationCompressor.compress`), and then refuses the packed ones for their shape.
 */
export function unreadBy(target: Target, cast: Cast): string | undefined {
  if (target !== 'compressed-tensors' || cast.symmetric !== false) return undefined;
  const bits = INTEGER_BITS.get(cast.format);
  if (bits === undefined || !packsZeroPoints(bits, cast)) return undefined;
  return 'transformers 5.23 expects zero points that are not packed; vLLM and compressed-tensors itself read them. int8, or "symmetric: true", loads everywhere';
}
