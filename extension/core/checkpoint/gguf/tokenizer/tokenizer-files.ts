import { mergePairs, preTokenizerOf } from './byte-level';
import { mergesOfScores } from './sentencepiece';
import { TOKEN_TYPE, type Vocabulary } from './vocabulary';

type Json = Readonly<Record<string, unknown>>;

/** The two files that a Hugging Face checkpoint says the same in. */
export interface TokenizerFiles {
  readonly 'tokenizer.json': Json;
  readonly 'tokenizer_config.json': Json;
}

/** What one of the two kinds of tokenizer gives to tokenizer.json. */
interface Parts {
  readonly normalizer: Json | null;
  readonly pre_tokenizer: Json | null;
  readonly decoder: Json;
  readonly model: Json;
  readonly addBos: boolean;
}

const SPACE = '\u2581';

/**
 * The tokenizer of a GGUF file as `tokenizer.json` and `tokenizer_config.json`: byte-level BPE (`gpt2`) and BPE by
 * scores (`llama`). Throws, saying what is not known or missing, when it can't be had exactly.
 */
export function tokenizerFiles(vocabulary: Vocabulary): TokenizerFiles {
  const { normalizer, pre_tokenizer, decoder, model, addBos } = partsOf(vocabulary);
  const bos = addBos ? vocabulary.ids.bos : undefined;
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(vocabulary),
      normalizer,
      pre_tokenizer,
      post_processor: bos === undefined ? null : beginning(vocabulary.tokens[bos]!, bos),
      decoder,
      model,
    },
    'tokenizer_config.json': configOf(vocabulary, bos !== undefined),
  };
}

function partsOf(vocabulary: Vocabulary): Parts {
  switch (vocabulary.model) {
    case 'gpt2':
      return byteLevel(vocabulary);
    case 'llama':
      return sentencePiece(vocabulary);
    default:
      throw new Error(`tokenizers of the model "${vocabulary.model}" are not implemented; gpt2 and llama are`);
  }
}

function byteLevel(vocabulary: Vocabulary): Parts {
  const { pre_tokenizer, normalizer = null, ignoreMerges = false, addBos = false } = preTokenizerOf(vocabulary);
  const vocab = idsOf(vocabulary);
  const merges = mergePairs(vocabulary, (token) => Object.hasOwn(vocab, token));
  return {
    normalizer,
    pre_tokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bpe({ vocab, merges, ignore_merges: ignoreMerges }),
    addBos: vocabulary.addBos ?? addBos,
  };
}

function sentencePiece(vocabulary: Vocabulary): Parts {
  const { tokens, types, ids } = vocabulary;
  const spaces: Json = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const first: Json = { type: 'Prepend', prepend: SPACE };
  const prefix = vocabulary.addSpacePrefix ?? true;
  const steps: readonly Json[] = [
    { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
  ];
  const unknown = ids.unknown ?? types.indexOf(TOKEN_TYPE.unknown);
  return {
    normalizer: prefix ? { type: 'Sequence', normalizers: [first, spaces] } : spaces,
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders: steps },
    model: bpe({
      vocab: idsOf(vocabulary),
      merges: mergesOfScores(vocabulary),
      unk_token: tokens[unknown] ?? null,
      fuse_unk: true,
      byte_fallback: types.includes(TOKEN_TYPE.byte),
    }),
    addBos: vocabulary.addBos ?? true,
  };
}

function bpe(parts: Json): Json {
  const rest = { continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false };
  return { type: 'BPE', dropout: null, unk_token: null, ...rest, ...parts };
}

/** The first of tokens of the same text has it. */
function idsOf({ tokens }: Vocabulary): Readonly<Record<string, number>> {
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (!ids.has(token)) ids.set(token, id);
  });
  return Object.fromEntries(ids);
}

/** Tokens that are found in a text before anything else is done with it. */
function addedTokens({ tokens, types }: Vocabulary): readonly Json[] {
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return tokens.flatMap((content, id): readonly Json[] => {
    const special = types[id] === TOKEN_TYPE.control || types[id] === TOKEN_TYPE.unknown;
    if (content === '' || (!special && types[id] !== TOKEN_TYPE.userDefined)) return [];
    return [{ id, content, ...plain, special }];
  });
}

/** The beginning-of-sequence token before a text, and before each of two. */
function beginning(token: string, id: number): Json {
  const special = { SpecialToken: { id: token, type_id: 0 } };
  const text = (name: string, type: number): Json => ({ Sequence: { id: name, type_id: type } });
  return {
    type: 'TemplateProcessing',
    single: [special, text('A', 0)],
    pair: [special, text('A', 0), { SpecialToken: { id: token, type_id: 1 } }, text('B', 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function configOf({ tokens, ids, chatTemplate }: Vocabulary, addBos: boolean): Json {
  const named = (['bos', 'eos', 'unknown', 'padding'] as const).flatMap((key) => {
    const id = ids[key];
    const short = key === 'unknown' ? 'unk' : key === 'padding' ? 'pad' : key;
    return id === undefined ? [] : [[`${short}_token`, tokens[id]!] as const];
  });
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    add_bos_token: addBos,
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(named),
    ...(chatTemplate === undefined ? {} : { chat_template: chatTemplate }),
  };
}
