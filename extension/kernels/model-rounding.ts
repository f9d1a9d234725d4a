import { ACTIVATION_BLOCK, ACTIVATION_ROUNDING } from '../core/formats/activation-rounding';
import type { ModelOps } from '../core/model/ops';
import { allocator, elements } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** How the kernels number the scales of a run. */
const SCALING = { none: 0, amax: 1, 'power-of-two': 2 } as const;

/** Rounding of activations to a narrower dtype. */
export function roundingOps(wasm: ModelExports, arena: Arena): Pick<ModelOps, 'rounded'> {
  const activations = allocator(arena);
  return {
    rounded(x, size, dtype) {
      const { kind, scale, mantissaBits, smallestNormal, largest } = ACTIVATION_ROUNDING[dtype];
      const y = activations(x.rows, x.columns);
      const count = elements(x);
      arena.floats(y.pointer, count).set(arena.floats(x.pointer, count));
      const rows = count / size;
      const run = scale === 'power-of-two' ? ACTIVATION_BLOCK : size;
      if (kind === 'integer') wasm.roundIntegers(y.pointer, rows, size, run, largest);
      else wasm.roundFloats(y.pointer, rows, size, run, SCALING[scale], mantissaBits, smallestNormal, largest);
      return y;
    },
  };
}
