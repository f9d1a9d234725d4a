import type { Matrix, Vector, Weight, Weights } from './ops';

/** Weights that all lie in the kernels' memory. */
export function residentWeights(weights: ReadonlyMap<string, Weight>): Weights {
  const matrix = (name: string): Matrix => {
    const weight = find(weights, name);
    if (weight.kind === 'matrix') return weight;
    throw new Error(`${name}: expected a matrix, found a vector`);
  };
  return {
    vector: (name) => vectorOf(weights, name),
    outputs: (name) => matrix(name).outputs,
    *matrix(name, use) {
      use(matrix(name), 0);
    },
  };
}

/** A vector among loaded weights. */
export function vectorOf(weights: ReadonlyMap<string, Weight>, name: string): Vector {
  const weight = find(weights, name);
  if (weight.kind === 'vector') return weight;
  throw new Error(`${name}: expected a vector, found a matrix`);
}

function find(weights: ReadonlyMap<string, Weight>, name: string): Weight {
  const weight = weights.get(name);
  if (weight) return weight;
  throw new Error(`${name}: needed for the forward pass but not loaded`);
}
