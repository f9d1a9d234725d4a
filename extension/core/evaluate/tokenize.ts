import { Tokenizer } from '@huggingface/tokenizers';
import type { CheckpointFolder } from '../checkpoint/byte-source';
import { readText } from '../checkpoint/open';

export type Tokenize = (text: string) => readonly number[];

const TOKENIZER_LIMIT = 128_000_000;

/**
 * The checkpoint's own tokenizer, from `tokenizer.json` (and `tokenizer_config.json`, which may be missing). Special
 * tokens such as BOS are added as those files say. Rejects with a message when the folder has no tokenizer.json.
 */
export async function openTokenizer(folder: CheckpointFolder, signal?: AbortSignal): Promise<Tokenize> {
  const files = await folder.list();
  if (!files.includes('tokenizer.json')) {
    throw new Error(`${folder.name}: no tokenizer.json, which is needed to evaluate; download it into this folder`);
  }
  const json = await readText(folder, 'tokenizer.json', TOKENIZER_LIMIT, signal);
  const config = files.includes('tokenizer_config.json')
    ? await readText(folder, 'tokenizer_config.json', TOKENIZER_LIMIT, signal)
    : '{}';
  try {
    const tokenizer = new Tokenizer(JSON.parse(json) as object, JSON.parse(config) as object);
    return (text) => tokenizer.encode(text).ids;
  } catch (error) {
    throw new Error(`${folder.name}/tokenizer.json: can't be used: ${(error as Error).message}`, { cause: error });
  }
}
