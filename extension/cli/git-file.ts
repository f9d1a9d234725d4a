import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CommandError, EXIT } from './exit-code';
import { messageOf } from './open-policy';

/** A file as it was in a revision, written `HEAD~2:policies/a.dtype.yaml`, as git does. */
export interface Revision {
  readonly revision: string;
  /** Path from the working directory. */
  readonly file: string;
}

/** Undefined for a plain path: one that exists, or without a revision before its colon. */
export function parseRevision(written: string): Revision | undefined {
  if (existsSync(written)) return undefined;
  // One letter before a colon is a drive.
  const [, revision, file] = /^([^:]{2,}):(.+)$/.exec(written) ?? [];
  // What begins with a dash would be taken for an option.
  return revision === undefined || revision.startsWith('-') ? undefined : { revision, file: file! };
}

/** Text of a file in a revision; the repository is the one that holds its folder. */
export async function readRevision({ revision, file }: Revision): Promise<string> {
  const folder = path.dirname(path.resolve(file));
  try {
    const { stdout } = await promisify(execFile)('git', ['show', `${revision}:./${path.basename(file)}`], {
      cwd: folder,
      maxBuffer: 64 << 20,
    });
    return stdout;
  } catch (error) {
    throw new CommandError(`${revision}:${file}: git can't show it: ${messageOf(error)}`, EXIT.inputBroken);
  }
}
