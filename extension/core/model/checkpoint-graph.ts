import type { Checkpoint } from '../checkpoint/checkpoint';
import { ggufNames } from '../checkpoint/gguf/names';
import { modelGraph } from './architectures';
import { ggufTensors } from './gguf-tensors';
import type { ModelGraph, Unsupported } from './graph';
import { sizesOf } from './describe/sizes';

/** How a checkpoint's model is run, with the tensors named as its files name them (docs/decisions/0006-gguf-names.md). */
export function checkpointGraph({ config, tree, container }: Checkpoint): ModelGraph | Unsupported {
  if (container !== 'gguf') return modelGraph(config, tree.byName);
  const names = ggufNames(config?.model_type);
  // Without names there is no forward pass either, and modelGraph says which there are.
  if (!config || !names) return modelGraph(config);
  const huggingFace = tree.tensors.flatMap(({ name, shape }) => names.toHuggingFace(name, shape[0]));
  const graph = modelGraph(config, new Set(huggingFace));
  if (graph.kind === 'unsupported') return graph;
  const { headSize } = sizesOf(config);
  const shapeOf = (name: string) => tree.byName.get(name)?.shape;
  return { ...graph, tensors: ggufTensors(graph.tensors, names, { headSize, shapeOf }) };
}
