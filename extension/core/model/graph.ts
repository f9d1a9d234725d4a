import type { ModelConfig } from '../checkpoint/model-config';
import { llamaGraph, type LlamaGraph } from './llama';

/** A tensor that a forward pass needs. */
export interface RequiredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of the layer that reads it, or whether it is read before the first or after the last. */
  readonly layer: number | 'before' | 'after';
}

/** A model that can be run; plain data, so that it can be posted to a worker. One member an architecture. */
export type ModelGraph = LlamaGraph;

/** Why a checkpoint can't be run. Everything that needs no forward pass goes on. */
export interface Unsupported {
  readonly kind: 'unsupported';
  readonly reason: string;
}

/** Chooses the architecture by `model_type` of config.json. */
export function modelGraph(config: ModelConfig | undefined): ModelGraph | Unsupported {
  if (!config) return unsupported('the checkpoint has no config.json, which says how the model is built');
  switch (config.model_type) {
    case 'llama':
      return llamaGraph(config);
    default:
      return unsupported(
        `the forward pass of ${config.model_type ?? 'a model without model_type'} is not implemented, so it can't be ` +
          'evaluated; llama is. Checking, planning and applying work all the same',
      );
  }
}

export function unsupported(reason: string): Unsupported {
  return { kind: 'unsupported', reason };
}
