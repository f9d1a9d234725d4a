type Json = Readonly<Record<string, unknown>>;

/** How text is cut into words before a byte-level BPE merges inside them, in the words of tokenizer.json. */
export interface PreTokenizer {
  readonly pre_tokenizer: Json;
  /** The tokenizers of this name compose characters first. */
  readonly normalizer?: Json;
  /** A word that is a token is taken whole, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  /** Whether the beginning-of-sequence token is put where the file does not say. */
  readonly addBos?: boolean;
}

const BYTES: Json = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
/** With the expression of GPT-2. */
const GPT2: Json = { ...BYTES, use_regex: true };
const DIGIT_BY_DIGIT: Json = { type: 'Digits', individual_digits: true };
const NFC: Json = { type: 'NFC' };

const SUFFIXES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const BREAKS = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

function split(...expressions: readonly string[]): Json {
  const cuts = expressions.map((expression): Json => {
    return { type: 'Split', pattern: { Regex: expression }, behavior: 'Isolated', invert: false };
  });
  return sequence(...cuts, BYTES);
}

function sequence(...pretokenizers: readonly Json[]): Json {
  return { type: 'Sequence', pretokenizers };
}

/** Words of cl100k and its kin: numbers of so many digits, line breaks kept with what stands before them. */
function words(numbers: string, letters = '\\p{L}+', others = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*'): string {
  return `${SUFFIXES}|[^\\r\\n\\p{L}\\p{N}]?${letters}|${numbers}|${others}|${BREAKS}`;
}

/** Words of o200k and Tekken: a word goes on from capitals to small letters, not back. */
function cased(numbers: string, suffixes: string): string {
  const begin = '[^\\r\\n\\p{L}\\p{N}]?';
  return `${begin}${UPPER}*${LOWER}+${suffixes}|${begin}${UPPER}+${LOWER}*${suffixes}|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${BREAKS}`;
}

const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const ASCII_MARKS = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]';

const PLAIN: PreTokenizer = { pre_tokenizer: GPT2 };
const DIGITS: PreTokenizer = { pre_tokenizer: sequence(DIGIT_BY_DIGIT, GPT2) };
const LLAMA3: PreTokenizer = { pre_tokenizer: split(words('\\p{N}{1,3}')), ignoreMerges: true, addBos: true };
const CL100K: PreTokenizer = { pre_tokenizer: split(words('\\p{N}{1,3}')) };
const QWEN2: PreTokenizer = { pre_tokenizer: split(words('\\p{N}')), normalizer: NFC };
const O200K: PreTokenizer = { pre_tokenizer: split(cased('\\p{N}{1,3}', `${SUFFIXES}?`)) };
/** What llama.cpp does with files that name none. */
const DEFAULT: PreTokenizer = {
  pre_tokenizer: split('[\\p{P}$+<=>^~|]+', GPT2_WORDS, '\\p{N}+', '[0-9][0-9][0-9]'),
};

/** By `tokenizer.ggml.pre` (llama.cpp, llama-vocab.cpp; the expressions are those of the models' tokenizer.json). */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ...named(DEFAULT, 'default'),
  ...named(PLAIN, 'gpt-2', 'phi-2', 'jais', 'mpt', 'trillion', 'granite-docling', 'gigachat', 'mellum', 'modern-bert'),
  ...named({ ...PLAIN, normalizer: NFC }, 'olmo'),
  ...named(DIGITS, 'smollm', 'starcoder', 'refact', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'),
  ...named({ ...DIGITS, normalizer: NFC }, 'command-r'),
  ...named(LLAMA3, 'llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'),
  ...named(CL100K, 'dbrx', 'smaug-bpe', 'chatglm-bpe'),
  ...named({ ...CL100K, ignoreMerges: true }, 'glm4', 'glm5'),
  ...named(QWEN2, 'qwen2', 'deepseek-r1-qwen', 'kormo'),
  ...named({ pre_tokenizer: split(words('\\p{N}')) }, 'stablelm2', 'hunyuan', 'solar-open', 'grok-2'),
  ...named(
    {
      pre_tokenizer: split(words('\\p{N}', '[\\p{L}\\p{M}]+', ' ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*')),
      normalizer: NFC,
    },
    'qwen35',
  ),
  ...named({ pre_tokenizer: split(cased('\\p{N}', '')), ignoreMerges: true, addBos: true }, 'tekken'),
  ...named(O200K, 'gpt-4o', 'llama4'),
  ...named(
    {
      pre_tokenizer: split(
        '\\p{N}{1,3}',
        '[一-龥぀-ゟ゠-ヿ]+',
        `${ASCII_MARKS}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${BREAKS}`,
      ),
    },
    'deepseek-v3',
    'hunyuan-dense',
    'joyai-llm',
  ),
]);

function named(cut: PreTokenizer, ...names: readonly string[]): readonly (readonly [string, PreTokenizer])[] {
  return names.map((name) => [name, cut]);
}
