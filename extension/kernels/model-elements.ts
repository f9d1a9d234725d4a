import type { Activation, Activations, ModelOps } from '../core/model/ops';
import { allocator, elements } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Norms, activation functions and arithmetic, element by element. */
export function elementOps(
  wasm: ModelExports,
  arena: Arena,
): Pick<ModelOps, 'add' | 'scale' | 'rmsNorm' | 'layerNorm' | 'activate' | 'gate' | 'softcap'> {
  const activations = allocator(arena);
  const activate = (x: Activations, activation: Exclude<Activation, 'silu'>): void => {
    switch (activation) {
      case 'gelu':
        wasm.gelu(x.pointer, elements(x));
        return;
      case 'gelu_tanh':
        wasm.geluTanh(x.pointer, elements(x));
        return;
      case 'relu':
        wasm.relu(x.pointer, elements(x));
        return;
    }
  };
  return {
    add: (x, to) => wasm.add(x.pointer, to.pointer, elements(x)),
    scale: (x, factor) => wasm.scale(x.pointer, factor, elements(x)),
    rmsNorm(x, weight, epsilon) {
      const y = activations(x.rows, x.columns);
      wasm.rmsNorm(x.pointer, weight.pointer, epsilon, elements(x) / weight.length, weight.length, y.pointer);
      return y;
    },
    layerNorm(x, weight, bias, epsilon) {
      const y = activations(x.rows, x.columns);
      const rows = elements(x) / weight.length;
      wasm.layerNorm(x.pointer, weight.pointer, bias.pointer, epsilon, rows, weight.length, y.pointer);
      return y;
    },
    activate,
    gate(gate, up, activation) {
      if (activation === 'silu') {
        wasm.swiglu(gate.pointer, up.pointer, elements(gate));
        return;
      }
      activate(gate, activation);
      wasm.multiply(up.pointer, gate.pointer, elements(gate));
    },
    softcap: (x, cap) => wasm.softcap(x.pointer, cap, elements(x)),
  };
}
