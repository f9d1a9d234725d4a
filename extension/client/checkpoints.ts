import * as vscode from 'vscode';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import type { Platform } from './platform';

/** Opened checkpoints, each once, forgotten when one of its files changes on disk. */
export interface Checkpoints extends vscode.Disposable {
  open(uri: vscode.Uri): Promise<Checkpoint>;
  forget(uri: vscode.Uri): void;
  /** Fires with the URI of a checkpoint whose files changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

const WEIGHTS_AND_CONFIG = '**/{*.safetensors,*.safetensors.index.json,config.json}';

export function createCheckpoints(platform: Platform): Checkpoints {
  const opened = new Map<string, { readonly uri: vscode.Uri; readonly checkpoint: Promise<Checkpoint> }>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const watcher = vscode.workspace.createFileSystemWatcher(WEIGHTS_AND_CONFIG);

  const forget = (uri: vscode.Uri): void => {
    if (opened.delete(uri.toString())) changed.fire(uri);
  };
  const touched = (file: vscode.Uri): void => {
    for (const { uri } of opened.values()) {
      if (file.path === uri.path || file.path.startsWith(`${uri.path}/`)) forget(uri);
    }
  };
  const subscriptions = [watcher.onDidChange(touched), watcher.onDidCreate(touched), watcher.onDidDelete(touched)];

  return {
    open(uri) {
      const key = uri.toString();
      const known = opened.get(key);
      if (known) return known.checkpoint;
      const checkpoint = platform.place(uri).then(({ folder, file }) => openCheckpoint(folder, file));
      opened.set(key, { uri, checkpoint });
      // A failure is not kept: the user may put the missing file in place and try again.
      checkpoint.catch(() => opened.get(key)?.checkpoint === checkpoint && opened.delete(key));
      return checkpoint;
    },
    forget,
    onDidChange: changed.event,
    dispose: () => {
      for (const each of [watcher, changed, ...subscriptions]) each.dispose();
    },
  };
}
