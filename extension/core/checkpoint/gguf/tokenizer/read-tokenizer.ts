import type { ByteSource, CheckpointFolder } from '../../byte-source';
import type { Checkpoint } from '../../checkpoint';
import { readGgufHeader } from '../header';
import { tokenizerFiles, type TokenizerFiles } from './tokenizer-files';
import { VOCABULARY_LISTS, vocabularyOf } from './vocabulary';

/** The tokenizer that the first file of a GGUF model holds. Rejects with a message that names the file. */
export async function readGgufTokenizer(
  folder: CheckpointFolder,
  { files }: Pick<Checkpoint, 'files'>,
  signal: AbortSignal | undefined,
): Promise<TokenizerFiles> {
  const { file } = files[0]!;
  const source: ByteSource = await folder.open(file);
  try {
    const { metadata } = await readGgufHeader(source, { file, wants: (key) => VOCABULARY_LISTS.has(key), signal });
    return tokenizerFiles(vocabularyOf(metadata));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error(`${folder.name}/${file}: its tokenizer can't be used: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await source.close();
  }
}
