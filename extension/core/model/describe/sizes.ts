import type { ModelConfig } from '../../checkpoint/model-config';
import { Refusal } from './refusal';

/** Sizes that every decoder has. */
export interface Sizes {
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
}

/** Reads and checks them; `missing` are transformers' values for fields that config.json may leave out. */
export function sizesOf(config: ModelConfig, missing: Partial<Sizes> = {}): Sizes {
  const need = (key: string, value: number | undefined): number => {
    if (value) return value;
    throw new Refusal(`${key} is needed`);
  };
  const hidden = need('hidden_size', config.hidden_size ?? missing.hidden);
  const heads = need('num_attention_heads', config.num_attention_heads ?? missing.heads);
  const kvHeads = config.num_key_value_heads ?? missing.kvHeads ?? heads;
  const headSize = config.head_dim ?? missing.headSize ?? hidden / heads;
  if (!Number.isInteger(headSize)) {
    throw new Refusal(`hidden_size ${hidden} is not a multiple of num_attention_heads ${heads}`);
  }
  if (kvHeads < 1 || heads % kvHeads !== 0) {
    throw new Refusal(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}`);
  }
  return {
    hidden,
    intermediate: need('intermediate_size', config.intermediate_size ?? missing.intermediate),
    layers: need('num_hidden_layers', config.num_hidden_layers ?? missing.layers),
    heads,
    kvHeads,
    headSize,
    vocabulary: need('vocab_size', config.vocab_size ?? missing.vocabulary),
  };
}
