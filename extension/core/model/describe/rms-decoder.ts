import type { ModelConfig } from '../../checkpoint/model-config';
import { declareInto, type Scope } from './declare';
import type { Layer, ModelGraph, TensorNames } from '../graph';
import type { Rotary } from '../rotary';
import type { Sizes } from './sizes';
import type { RequiredTensor } from '../weights';

/** What a family puts between the embedding and the head that all descendants of Llama share. */
export interface RmsDecoder {
  readonly architecture: string;
  readonly sizes: Sizes;
  readonly rotaries: readonly Rotary[];
  readonly layer: (at: Scope, n: number) => Layer;
  readonly epsilon: number;
  /** See WeightPart.plus. */
  readonly normPlus?: number;
  readonly embeddingScale?: number;
  readonly softcap?: number | undefined;
}

/**
 * Names of the trunk and of the head: a causal model, a bare trunk, and the language models of Gemma 3's checkpoints
 * with images before and since transformers 4.52.
 */
const PREFIXES = [
  { trunk: 'model.', head: '' },
  { trunk: 'model.language_model.', head: '' },
  { trunk: 'language_model.model.', head: 'language_model.' },
  { trunk: '', head: '' },
] as const;

/** Embedding, layers, RMS norm and head, with the names of Llama's checkpoints. */
export function rmsDecoder(config: ModelConfig, names: TensorNames, family: RmsDecoder): ModelGraph {
  const { architecture, rotaries, epsilon, normPlus, embeddingScale, softcap } = family;
  const { hidden, vocabulary, layers } = family.sizes;
  const prefix = PREFIXES.find(({ trunk }) => names.has(`${trunk}embed_tokens.weight`)) ?? PREFIXES[0];
  const tensors: RequiredTensor[] = [];
  const trunk = declareInto(tensors, names, prefix.trunk, 'before');
  const table = trunk.table('embed_tokens', vocabulary, hidden);
  const all = Array.from({ length: layers }, (_, n) => family.layer(trunk.within(`layers.${n}.`, n), n));
  const norm = trunk.within('', 'after').rms('norm', hidden, epsilon, normPlus);
  const linear = config.tie_word_embeddings
    ? { weight: table }
    : declareInto(tensors, names, prefix.head, 'after').linear('lm_head', vocabulary, hidden);
  return {
    kind: 'decoder',
    architecture,
    hidden,
    vocabulary,
    embedding: { table, ...(embeddingScale === undefined ? {} : { scale: embeddingScale }) },
    rotaries,
    layers: all,
    head: { norm, linear, ...(softcap === undefined ? {} : { softcap }) },
    tensors,
  };
}
