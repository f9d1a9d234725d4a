import type { GgufMetadata, GgufValue } from '../metadata';

/** What `tokenizer.ggml.token_type` says of a token (llama.h, `enum llama_token_type`). */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The tokenizer's part of a GGUF file's metadata, checked. */
export interface Vocabulary {
  /** `gpt2`, `llama`, `t5`, ...: which algorithm. */
  readonly model: string;
  /** Name of the rule that cuts text into words before a byte-level BPE; undefined when none is given. */
  readonly pre: string | undefined;
  /** By id. */
  readonly tokens: readonly string[];
  /** One of TOKEN_TYPE for each token; all normal where the file does not say. */
  readonly types: readonly number[];
  /** Of each token, the larger the sooner it is merged; undefined where the file has none. */
  readonly scores: readonly number[] | undefined;
  /** Pairs, first to last. */
  readonly merges: readonly string[];
  /** Ids of special tokens, those that name a token. */
  readonly ids: Readonly<Record<SpecialToken, number | undefined>>;
  /** Undefined where the file does not say. */
  readonly addBos: boolean | undefined;
  readonly addSpacePrefix: boolean | undefined;
  readonly chatTemplate: string | undefined;
}

export type SpecialToken = 'bos' | 'eos' | 'unknown' | 'padding';

/** The lists of the metadata that a vocabulary is read from: `wants` of readGgufHeader. */
export const VOCABULARY_LISTS: ReadonlySet<string> = new Set(
  ['tokens', 'token_type', 'scores', 'merges'].map((key) => `tokenizer.ggml.${key}`),
);

/** Throws with a message that names the key and what is wrong with it. */
export function vocabularyOf(metadata: GgufMetadata): Vocabulary {
  const at = (key: string): GgufValue | undefined => metadata.get(`tokenizer.ggml.${key}`);
  const text = (key: string): string | undefined => typed(at(key), 'string');
  const flag = (key: string): boolean | undefined => typed(at(key), 'boolean');
  const tokens = listOf(at('tokens'), 'tokens', 'string');
  const model = text('model');
  if (model === undefined || !tokens || tokens.length === 0) {
    throw new Error('the file holds no tokenizer: metadata tokenizer.ggml.model and tokenizer.ggml.tokens are missing');
  }
  const parallel = (key: string): readonly number[] | undefined => {
    const items = listOf(at(key), key, 'number');
    if (!items || items.length === tokens.length) return items;
    throw new Error(
      `metadata tokenizer.ggml.${key} has ${items.length} items, expected one for each of ${tokens.length} tokens`,
    );
  };
  const id = (key: string): number | undefined => {
    const value = typed(at(`${key}_token_id`), 'number');
    return value !== undefined && tokens[value] !== undefined ? value : undefined;
  };
  return {
    model,
    pre: text('pre'),
    tokens,
    types: parallel('token_type') ?? tokens.map(() => TOKEN_TYPE.normal),
    scores: parallel('scores'),
    merges: listOf(at('merges'), 'merges', 'string') ?? [],
    ids: { bos: id('bos'), eos: id('eos'), unknown: id('unknown'), padding: id('padding') },
    addBos: flag('add_bos_token'),
    addSpacePrefix: flag('add_space_prefix'),
    chatTemplate: typed(metadata.get('tokenizer.chat_template'), 'string'),
  };
}

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function typed<T extends keyof Types>(value: GgufValue | undefined, type: T): Types[T] | undefined {
  return typeof value === type ? (value as Types[T]) : undefined;
}

function listOf<T extends keyof Types>(
  value: GgufValue | undefined,
  key: string,
  type: T,
): readonly Types[T][] | undefined {
  if (value === undefined) return undefined;
  const items = typeof value === 'object' ? value.items : undefined;
  if (items?.every((item) => typeof item === type)) return items as readonly Types[T][];
  throw new Error(`metadata tokenizer.ggml.${key} is no list of ${type}s`);
}
