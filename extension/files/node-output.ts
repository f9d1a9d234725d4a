import { lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { openNodeFile, reason } from './node-file';
import { claimFolder, releaseFolder } from './node-output-claim';
import { createNodeFile, type NodeOutputFile } from './node-output-file';
import { refuseInputs, requireFree, requireSpace } from './node-output-place';
import { deleteReplaced, recoverReplaced, replacedName } from './node-output-replaced';
import { syncFolder } from './node-sync';
import type { OutputFile, OutputFolder } from './output-folder';

export interface NodeOutputOptions {
  /** Final folder. */
  readonly path: string;
  /** Short id of the plan: names the folder aside. */
  readonly id: string;
  /** Bytes of all files together; rejected when the disk has less free. */
  readonly requiredBytes: number;
  /** Checkpoints that are read: folders or files. The output must not be, hold or lie in one. */
  readonly inputs: readonly string[];
  /** Whether an earlier output of Downcast at `path` may be replaced. */
  readonly replace: boolean;
}

/**
 * A folder written aside as `OUT.partial-<id>` and renamed by `commit`, so that OUT is at every moment absent,
 * the old output, or the whole new one. Each file and folder is synced before it is renamed. Rejects, having
 * written nothing, when the place is taken, belongs to an input or has too little room.
 */
export async function createNodeOutput(options: NodeOutputOptions): Promise<OutputFolder> {
  const final = path.resolve(options.path);
  const parent = path.dirname(final);
  await refuseInputs(final, options.inputs);
  await recoverReplaced(final);
  await requireFree(final, options.replace);
  await mkdir(parent, { recursive: true });
  await requireSpace(parent, options.requiredBytes);
  const aside = `${final}.partial-${options.id}`;
  await claimFolder(aside);
  return outputAt(final, aside, options);
}

type State = 'open' | 'condemned' | 'committed' | 'discarded';

function outputAt(final: string, aside: string, options: NodeOutputOptions): OutputFolder {
  const unfinished = new Map<string, NodeOutputFile>();
  let state: State = 'open';

  const create = async (file: string, size: number): Promise<OutputFile> => {
    if (state !== 'open') throw new Error(`${path.join(final, file)}: can't be created, the output is ${state}`);
    if (unfinished.has(file)) throw new Error(`${path.join(final, file)}: is being written already`);
    const opened = await createNodeFile(aside, file, size);
    unfinished.set(file, opened);
    return {
      write: (offset, bytes) => opened.write(offset, bytes),
      async finish() {
        try {
          await opened.finish();
          unfinished.delete(file);
        } catch (error) {
          // After a failed sync nobody knows what the disk holds, and asking again would say "fine".
          if (state === 'open') state = 'condemned';
          throw error;
        }
      },
    };
  };

  return {
    name: final,
    create,
    open: (file) => openNodeFile(path.join(state === 'committed' ? final : aside, file)),
    async commit() {
      if (state !== 'open') throw new Error(`${final}: can't be finished, the output is ${state}`);
      const [open] = unfinished.keys();
      if (open !== undefined) throw new Error(`${final}: can't be finished, ${open} is not written completely`);
      await releaseFolder(aside);
      await syncFolder(aside);
      const old = await moveIntoPlace(aside, final, options);
      state = 'committed';
      await syncFolder(path.dirname(final));
      // Only now is the new name on the disk for certain. Rests of the old output are no failure of the new one;
      // they are deleted when the output is written again.
      if (old !== undefined) await deleteReplaced(old).catch(() => undefined);
    },
    async discard() {
      if (state === 'committed') return;
      state = 'discarded';
      await Promise.allSettled([...unfinished.values()].map(({ abandon }) => abandon()));
      unfinished.clear();
      await rm(aside, { recursive: true, force: true });
    },
  };
}

/** Renames the folder to its final name; returns where the output that stood there waits to be deleted. */
async function moveIntoPlace(aside: string, final: string, options: NodeOutputOptions): Promise<string | undefined> {
  // Somebody may have put something there while the checkpoint was written.
  await requireFree(final, options.replace);
  const old = replacedName(final, options.id);
  const replaced = (await lstat(final).catch(() => undefined)) !== undefined && !(await removeEmpty(final));
  if (replaced) await rename(final, old);
  try {
    await rename(aside, final);
  } catch (error) {
    if (replaced) await rename(old, final);
    throw new Error(`${final}: can't be put in place: ${reason(error)}; what was there before is untouched`);
  }
  return replaced ? old : undefined;
}

async function removeEmpty(folder: string): Promise<boolean> {
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}
