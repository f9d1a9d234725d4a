import type { ModelConfig } from '../checkpoint/model-config';
import { gemma2 } from './architectures/gemma2';
import { gemma3 } from './architectures/gemma3';
import { gpt2 } from './architectures/gpt2';
import { gptNeox } from './architectures/gpt-neox';
import { llama } from './architectures/llama';
import { mistral } from './architectures/mistral';
import { mixtral } from './architectures/mixtral';
import { olmo2 } from './architectures/olmo2';
import { phi3 } from './architectures/phi3';
import { qwen2 } from './architectures/qwen2';
import { qwen2Moe } from './architectures/qwen2-moe';
import { qwen3 } from './architectures/qwen3';
import { qwen3Moe } from './architectures/qwen3-moe';
import type { ModelGraph, TensorNames, Unsupported } from './graph';
import { Refusal } from './describe/refusal';

/** By `model_type` of config.json. Each throws Refusal for what it can't run exactly. */
const ARCHITECTURES: ReadonlyMap<string, (config: ModelConfig, names: TensorNames) => ModelGraph> = new Map([
  ['gemma2', gemma2],
  ['gemma3', gemma3],
  ['gemma3_text', gemma3],
  ['gpt2', gpt2],
  ['gpt_neox', gptNeox],
  ['llama', llama],
  ['mistral', mistral],
  ['mixtral', mixtral],
  ['olmo2', olmo2],
  ['phi3', phi3],
  ['qwen2', qwen2],
  ['qwen2_moe', qwen2Moe],
  ['qwen3', qwen3],
  ['qwen3_moe', qwen3Moe],
]);

/** Every `model_type` that can be evaluated, in alphabetical order. */
export const SUPPORTED_MODEL_TYPES: readonly string[] = [...ARCHITECTURES.keys()];

/**
 * How a checkpoint's model is run, by its config.json. `names`, those of its tensors, tell under which of their names
 * a family was saved; without them the usual ones are taken.
 */
export function modelGraph(
  config: ModelConfig | undefined,
  names: TensorNames = new Set<string>(),
): ModelGraph | Unsupported {
  if (!config) return unsupported('the checkpoint has no config.json, which says how the model is built');
  const architecture = ARCHITECTURES.get(config.model_type ?? '');
  if (!architecture) {
    return unsupported(
      `the forward pass of ${config.model_type ?? 'a model without model_type'} is not implemented, so it can't be ` +
        `evaluated; implemented are ${SUPPORTED_MODEL_TYPES.join(', ')}. Checking, planning and applying work all the same`,
    );
  }
  try {
    return architecture(config, names);
  } catch (error) {
    if (error instanceof Refusal) return unsupported(`config.json: ${error.message}`);
    throw error;
  }
}

function unsupported(reason: string): Unsupported {
  return { kind: 'unsupported', reason };
}
