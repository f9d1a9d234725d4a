import {
  DidChangeWatchedFilesNotification,
  WatchKind,
  type Connection,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode-languageserver';
import { URI, Utils } from 'vscode-uri';
import type { LinkedFiles } from '../service/language-service';

/** Asks the editor to watch the files that open policies are made from, and the policies of the workspace. */
export interface Watching {
  /** The files that are named now. */
  update(linked: LinkedFiles): void;
}

/** Files of a checkpoint that its headers are read from. */
const FILES = '*.{safetensors,json,gguf}';

const POLICIES = '*.dtype.{yaml,yml,json}';

/** For editors that can't be asked: what they watch by themselves has to do. */
export const NO_WATCHING: Watching = { update: () => undefined };

export function createWatching(connection: Connection): Watching {
  let watched = '';
  let registration: Promise<Disposable | undefined> = Promise.resolve(undefined);
  return {
    update(linked) {
      const watchers = watchersOf(linked);
      const key = JSON.stringify(watchers);
      if (key === watched) return;
      watched = key;
      const before = registration;
      registration = before.then(async (old) => {
        old?.dispose();
        return connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      });
      registration = registration.catch((error: unknown) => {
        connection.console.warn(`files of checkpoints are not watched: ${String(error)}`);
        return undefined;
      });
    },
  };
}

function watchersOf({ checkpoints, policies }: LinkedFiles): FileSystemWatcher[] {
  const folders = [...new Set(checkpoints.map(folderOf))].sort();
  const bases = [...new Set(policies.map((uri) => Utils.dirname(URI.parse(uri)).toString()))].sort();
  const kind = WatchKind.Create | WatchKind.Change | WatchKind.Delete;
  const inFolder = (baseUri: string, pattern: string): FileSystemWatcher => ({
    globPattern: { baseUri, pattern },
    kind,
  });
  return [
    { globPattern: `**/${POLICIES}`, kind },
    ...folders.map((folder) => inFolder(folder, FILES)),
    // The folder itself may be put in place, or taken away, as a whole.
    ...folders.map((folder) =>
      inFolder(Utils.dirname(URI.parse(folder)).toString(), Utils.basename(URI.parse(folder))),
    ),
    ...bases.map((folder) => inFolder(folder, POLICIES)),
  ];
}

function folderOf(checkpoint: string): string {
  const uri = URI.parse(checkpoint);
  return (/\.(safetensors|json|gguf)$/.test(uri.path) ? Utils.dirname(uri) : uri).toString();
}
