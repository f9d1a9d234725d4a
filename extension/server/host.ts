import type { DirectoryEntry } from '../service/workspace';
import type { AskClient, CheckpointPlace } from './client-files';

/** What differs between a server on Node and one in a browser's worker. */
export interface ServerHost {
  /** Where the checkpoint at a URI is read from; rejects when there is none. */
  place(uri: string, ask: AskClient): Promise<CheckpointPlace>;
  readDirectory(uri: string, ask: AskClient): Promise<readonly DirectoryEntry[]>;
  /** A whole text file; rejects when it is missing, larger than `TEXT_LIMIT`, or no UTF-8. */
  readText(uri: string, ask: AskClient): Promise<string>;
  /** Whether a part of a file can be read without reading all of it. */
  readsParts(uri: string): boolean;
  setTimer(callback: () => void, milliseconds: number): { cancel(): void };
}

/** Bytes of the largest text that is read: the largest known shard index holds 60 MB. */
export const TEXT_LIMIT = 128_000_000;

/** The same on every host. */
export function setTimer(callback: () => void, milliseconds: number): { cancel(): void } {
  const timer = setTimeout(callback, milliseconds);
  return { cancel: () => clearTimeout(timer) };
}

/** Bytes of a text file as text. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
