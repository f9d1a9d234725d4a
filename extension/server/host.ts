import type { DirectoryEntry } from '../service/workspace';
import type { AskClient, CheckpointPlace } from './client-files';

/** What differs between a server on Node and one in a browser's worker. */
export interface ServerHost {
  /** Where the checkpoint at a URI is read from; rejects when there is none. */
  place(uri: string, ask: AskClient): Promise<CheckpointPlace>;
  readDirectory(uri: string, ask: AskClient): Promise<readonly DirectoryEntry[]>;
  setTimer(callback: () => void, milliseconds: number): { cancel(): void };
}

/** The same on every host. */
export function setTimer(callback: () => void, milliseconds: number): { cancel(): void } {
  const timer = setTimeout(callback, milliseconds);
  return { cancel: () => clearTimeout(timer) };
}
