import type { Experts } from './blocks/experts';
import type { Mlp } from './blocks/mlp';
import type { Block, Layer, ModelGraph } from './graph';

/** Names of the matrices in the order in which a forward pass asks for them. */
export interface MatrixOrder {
  readonly embedding: readonly string[];
  /** Of each layer. An expert that no token goes to is passed over. */
  readonly layers: readonly (readonly string[])[];
  readonly head: string;
}

export function matrixOrder({ embedding, layers, head }: ModelGraph): MatrixOrder {
  return {
    embedding: [embedding.table, ...(embedding.positions ? [embedding.positions.table] : [])],
    layers: layers.map(layerMatrices),
    head: head.linear.weight,
  };
}

/** Names of the matrices of one layer. */
export function layerMatrices(layer: Layer): readonly string[] {
  return layer.flat().flatMap(({ block }) => blockMatrices(block));
}

function blockMatrices(block: Block): readonly string[] {
  switch (block.kind) {
    case 'attention':
      return [block.q, block.k, block.v, block.o].map(({ weight }) => weight);
    case 'mlp':
    case 'gated-mlp':
      return mlpMatrices(block);
    case 'experts':
      return expertMatrices(block);
  }
}

function mlpMatrices(mlp: Mlp): readonly string[] {
  const gate = mlp.kind === 'gated-mlp' ? [mlp.gate.weight] : [];
  return [...gate, mlp.up.weight, mlp.down.weight];
}

function expertMatrices({ router, experts, shared }: Experts): readonly string[] {
  return [
    router.weight,
    ...experts.flatMap(mlpMatrices),
    ...(shared ? [shared.gate.weight, ...mlpMatrices(shared.mlp)] : []),
  ];
}
