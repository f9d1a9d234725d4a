import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CORPUS, corpusId } from '../../fixtures/checkpoints/corpus';
import { writtenByUs } from './written-by-us';

/** Writes what `record.py` judges into a folder: the crafted files with their ids, and a file of our writer. */
async function writeInputs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ids: string[] = [];
  for (const [attacked, files] of Object.entries(CORPUS)) {
    for (const file of files) {
      await writeFile(path.join(folder, `${ids.length}.safetensors`), file.bytes());
      ids.push(corpusId(attacked, file));
    }
  }
  await writeFile(path.join(folder, 'ids.json'), JSON.stringify(ids));
  await writeFile(path.join(folder, 'written-by-us.safetensors'), writtenByUs());
}

await writeInputs(process.argv[2] ?? '.cache/safetensors-oracle');
