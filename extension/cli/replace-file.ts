import { rename, rm, writeFile } from 'node:fs/promises';
import { CommandError, EXIT } from './exit-code';
import { messageOf } from './open-policy';

/** Writes a text aside and renames it: a crash leaves the old one or the new one. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.new`;
  try {
    await writeFile(aside, text, { flag: 'wx' });
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new CommandError(`${file}: can't be written: ${messageOf(error)}`, EXIT.wrongUse);
  }
}
