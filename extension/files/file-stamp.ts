import { stat } from 'node:fs/promises';
import path from 'node:path';

/** Name, size and time of the last change of files in a folder: another text when one was written to. */
export async function fileStamp(folder: string, files: Iterable<string>): Promise<string> {
  const stamps: (string | number)[][] = [];
  for (const file of [...new Set(files)].sort()) {
    const { size, mtimeMs } = await stat(path.join(folder, file));
    stamps.push([file, size, mtimeMs]);
  }
  return JSON.stringify(stamps);
}
