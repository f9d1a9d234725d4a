import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Copies a folder to a temporary one, where a test may do as it likes. */
export async function copyWorkspace(original: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'downcast-e2e-'));
  // The window's title is the folder's name.
  const folder = path.join(temporary, path.basename(original));
  await cp(original, folder, { recursive: true });
  return { folder, remove: () => rm(temporary, { recursive: true, force: true, maxRetries: 5 }) };
}
