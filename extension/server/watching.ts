import {
  DidChangeWatchedFilesNotification,
  WatchKind,
  type Connection,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode-languageserver';
import { URI, Utils } from 'vscode-uri';

/** Asks the editor to watch the folders of the checkpoints that open policies name. */
export interface Watching {
  /** The checkpoints that are named now. */
  update(checkpoints: readonly string[]): void;
}

/** Files of a checkpoint that its headers are read from. */
const FILES = '*.{safetensors,json}';

/** For editors that can't be asked: what they watch by themselves has to do. */
export const NO_WATCHING: Watching = { update: () => undefined };

export function createWatching(connection: Connection): Watching {
  let watched = '';
  let registration: Promise<Disposable | undefined> = Promise.resolve(undefined);
  return {
    update(checkpoints) {
      const folders = [...new Set(checkpoints.map(folderOf))].sort();
      if (folders.join('\n') === watched) return;
      watched = folders.join('\n');
      const before = registration;
      registration = before.then(async (old) => {
        old?.dispose();
        if (folders.length === 0) return undefined;
        const watchers = folders.map(watcherOf);
        return connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      });
      registration = registration.catch((error: unknown) => {
        connection.console.warn(`files of checkpoints are not watched: ${String(error)}`);
        return undefined;
      });
    },
  };
}

function folderOf(checkpoint: string): string {
  const uri = URI.parse(checkpoint);
  return (/\.(safetensors|json)$/.test(uri.path) ? Utils.dirname(uri) : uri).toString();
}

function watcherOf(folder: string): FileSystemWatcher {
  const kind = WatchKind.Create | WatchKind.Change | WatchKind.Delete;
  return { globPattern: { baseUri: folder, pattern: FILES }, kind };
}
