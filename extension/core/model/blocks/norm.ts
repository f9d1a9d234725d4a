import type { Activations } from '../ops';
import type { Pass } from './linear';

/**
 * `rms`: w x / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019). `layer`: w (x - mean(x)) / sqrt(var(x) + epsilon)
 * + b (Ba et al. 2016). Taken over as many neighbouring elements as the weight is long: a row, or each head of it.
 */
export type Norm =
  | { readonly kind: 'rms'; readonly weight: string; readonly epsilon: number }
  | { readonly kind: 'layer'; readonly weight: string; readonly bias: string; readonly epsilon: number };

export function norm({ ops, weights }: Pass, norm: Norm, x: Activations): Activations {
  const weight = weights.vector(norm.weight);
  switch (norm.kind) {
    case 'rms':
      return ops.rmsNorm(x, weight, norm.epsilon);
    case 'layer':
      return ops.layerNorm(x, weight, weights.vector(norm.bias), norm.epsilon);
  }
}
