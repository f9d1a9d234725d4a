import { open } from 'node:fs/promises';

/**
 * Makes the names in a folder durable: a new file or a rename survives a power cut only when the folder that
 * holds the name was synced too. Rejects when the disk reports a failure.
 */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders and journals their entries itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems have no sync for folders; that is no failure of the disk.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}
