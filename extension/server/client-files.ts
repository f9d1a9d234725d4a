import { URI, Utils } from 'vscode-uri';
import type { ByteSource, CheckpointFolder } from '../core/checkpoint/byte-source';
import type { DirectoryEntry } from '../service/workspace';
import { decodeText, TEXT_LIMIT } from './host';

/** Sends one of the requests below to the editor. */
export type AskClient = <R>(method: string, params: object) => Promise<R>;

/**
 * Requests that the editor answers for files that the server can't read by itself: virtual and remote file
 * systems, and everything in a browser.
 */
export const FILE_REQUESTS = {
  /** `{ uri, folders? }` -> names in the folder; sub-folders, with a slash behind, only where `folders` is true. */
  list: 'downcast/list',
  /** `{ uri }` -> `{ directory, size }`. */
  stat: 'downcast/stat',
  /** `{ uri, offset, length }` -> `{ base64 }`. */
  read: 'downcast/read',
} as const;

interface FileStat {
  readonly directory: boolean;
  readonly size: number;
}

/** A checkpoint's place: its folder, and the file in it when the URI names one. */
export interface CheckpointPlace {
  readonly folder: CheckpointFolder;
  readonly file: string | undefined;
}

export async function clientPlace(uri: string, ask: AskClient): Promise<CheckpointPlace> {
  const { directory } = await ask<FileStat>(FILE_REQUESTS.stat, { uri });
  if (directory) return { folder: clientFolder(uri, ask), file: undefined };
  const parsed = URI.parse(uri);
  return { folder: clientFolder(Utils.dirname(parsed).toString(), ask), file: Utils.basename(parsed) };
}

export async function clientDirectory(uri: string, ask: AskClient): Promise<readonly DirectoryEntry[]> {
  const names = await ask<readonly string[]>(FILE_REQUESTS.list, { uri, folders: true });
  return names.map((name) => ({ name: name.replace(/\/$/, ''), folder: name.endsWith('/') }));
}

/** A whole text file. */
export async function clientText(uri: string, ask: AskClient): Promise<string> {
  const { size } = await ask<FileStat>(FILE_REQUESTS.stat, { uri });
  if (size > TEXT_LIMIT) {
    throw new Error(`${readable(uri)} holds ${size} bytes; texts of ${TEXT_LIMIT} are read at most`);
  }
  return decodeText(await fetchBytes(uri, 0, size, ask));
}

async function fetchBytes(
  uri: string,
  offset: number,
  length: number,
  ask: AskClient,
): Promise<Uint8Array<ArrayBuffer>> {
  const { base64 } = await ask<{ readonly base64: string }>(FILE_REQUESTS.read, { uri, offset, length });
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (bytes.length === length) return bytes;
  throw new Error(`${readable(uri)}: ${length} bytes were asked for, ${bytes.length} came; did the file change?`);
}

function clientFolder(uri: string, ask: AskClient): CheckpointFolder {
  return {
    name: readable(uri),
    list: () => ask(FILE_REQUESTS.list, { uri }),
    async open(file): Promise<ByteSource> {
      const target = Utils.joinPath(URI.parse(uri), file).toString();
      const { size } = await ask<FileStat>(FILE_REQUESTS.stat, { uri: target });
      return clientSource(target, size, ask);
    },
  };
}

/** A header is read in two steps, its length first: both come with one request. */
const READ_AHEAD = 256 * 1024;

function clientSource(uri: string, size: number, ask: AskClient): ByteSource {
  let ahead = { offset: 0, bytes: new Uint8Array() };

  const fetch = (offset: number, length: number) => fetchBytes(uri, offset, length, ask);

  return {
    name: readable(uri),
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new RangeError(
          `${readable(uri)}: bytes ${offset} to ${offset + length} lie outside the file of ${size} bytes`,
        );
      }
      if (length > READ_AHEAD) return fetch(offset, length);
      const isHere = offset >= ahead.offset && offset + length <= ahead.offset + ahead.bytes.length;
      if (!isHere) ahead = { offset, bytes: await fetch(offset, Math.min(READ_AHEAD, size - offset)) };
      return ahead.bytes.slice(offset - ahead.offset, offset - ahead.offset + length);
    },
    close: () => Promise.resolve(),
  };
}

/** A URI as people write it. */
function readable(uri: string): string {
  return URI.parse(uri).toString(true);
}
