import { Tokenizer } from '@huggingface/tokenizers';
import type { CheckpointFolder } from '../checkpoint/byte-source';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { readGgufTokenizer } from '../checkpoint/gguf/tokenizer/read-tokenizer';
import { readText } from '../checkpoint/open';
import { forLibrary } from './library-tokenizer';

/** The whole text to token ids, with the special tokens that the checkpoint wants around it. */
export type Tokenize = (text: string) => readonly number[];

const TOKENIZER_LIMIT = 128_000_000;

/**
 * The checkpoint's own tokenizer: from `tokenizer.json` (and `tokenizer_config.json`, which may be missing), of a GGUF
 * model from its metadata; a tokenizer.json beside one helps out where the metadata's can't be used. Rejects with a
 * message when there is none that can.
 */
export async function openTokenizer(
  folder: CheckpointFolder,
  checkpoint: Pick<Checkpoint, 'container' | 'files'>,
  signal?: AbortSignal,
): Promise<Tokenize> {
  const files = await folder.list();
  if (checkpoint.container === undefined) return ofFiles(folder, files, signal);
  try {
    const own = await readGgufTokenizer(folder, checkpoint, signal);
    return createTokenizer(JSON.stringify(own['tokenizer.json']), JSON.stringify(own['tokenizer_config.json']));
  } catch (error) {
    if (signal?.aborted) throw error;
    if (files.includes('tokenizer.json')) return ofFiles(folder, files, signal);
    const advice = "put the model's tokenizer.json beside it to evaluate";
    throw new Error(`${(error as Error).message}; ${advice}`, { cause: error });
  }
}

async function ofFiles(
  folder: CheckpointFolder,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Tokenize> {
  if (!files.includes('tokenizer.json')) {
    throw new Error(`${folder.name}: no tokenizer.json, which is needed to evaluate; download it into this folder`);
  }
  const json = await readText(folder, 'tokenizer.json', TOKENIZER_LIMIT, signal);
  const config = files.includes('tokenizer_config.json')
    ? await readText(folder, 'tokenizer_config.json', TOKENIZER_LIMIT, signal)
    : '{}';
  try {
    return createTokenizer(json, config);
  } catch (error) {
    throw new Error(`${folder.name}/tokenizer.json: can't be used: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * A tokenizer from the texts of its two files. The beginning-of-sequence token is put before the text when
 * `add_bos_token` of tokenizer_config.json says so, not put when it says not, and otherwise when the post-processor
 * of tokenizer.json does. The text is encoded in one piece: cutting it up could change tokens across the cut.
 */
export function createTokenizer(json: string, configJson: string): Tokenize {
  const config = JSON.parse(configJson) as Readonly<Record<string, unknown>>;
  const tokenizer = new Tokenizer(forLibrary(JSON.parse(json) as Readonly<Record<string, unknown>>), config);
  const bos = idOf(tokenizer, config['bos_token']);
  return (text) => {
    const ids = tokenizer.encode(text).ids;
    // The library gives undefined for what the vocabulary lacks when there is no token for the unknown.
    const unknown = (ids as readonly (number | undefined)[]).indexOf(undefined);
    if (unknown >= 0) throw new Error(`the tokenizer has no token for something in the text, at token ${unknown}`);
    if (bos === undefined) return ids;
    const begins = ids[0] === bos;
    if (config['add_bos_token'] === true && !begins) return [bos, ...ids];
    if (config['add_bos_token'] === false && begins && !startsWithBos(tokenizer, text, bos)) return ids.slice(1);
    return ids;
  };
}

/** Whether the text itself spells the token out at its start. */
function startsWithBos(tokenizer: Tokenizer, text: string, bos: number): boolean {
  return tokenizer.encode(text.slice(0, 256), { add_special_tokens: false }).ids[0] === bos;
}

/** `bos_token` is a string or an object with its `content`. */
function idOf(tokenizer: Tokenizer, token: unknown): number | undefined {
  if (typeof token === 'string') return tokenizer.token_to_id(token);
  const content = (token as { readonly content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? tokenizer.token_to_id(content) : undefined;
}
