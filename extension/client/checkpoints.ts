import * as vscode from 'vscode';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import type { Platform } from './platform';
import type { Disposes } from './disposes';

/** Opened checkpoints, each once, forgotten when one of its files changes on disk. */
export interface Checkpoints extends Disposes {
  open(uri: vscode.Uri): Promise<Checkpoint>;
  forget(uri: vscode.Uri): void;
  /** Fires with the URI of a checkpoint whose files changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

/** Files that a checkpoint's headers are read from. */
const FILES = '*.{safetensors,json,gguf}';

interface Opened {
  readonly checkpoint: Promise<Checkpoint>;
  readonly watcher: vscode.Disposable;
}

export function createCheckpoints(platform: Platform): Checkpoints {
  const opened = new Map<string, Opened>();
  const changed = new vscode.EventEmitter<vscode.Uri>();

  const forget = (uri: vscode.Uri): void => {
    const known = opened.get(uri.toString());
    if (!known) return;
    opened.delete(uri.toString());
    known.watcher.dispose();
    changed.fire(uri);
  };

  return {
    open(uri) {
      const key = uri.toString();
      const known = opened.get(key);
      if (known) return known.checkpoint;
      const checkpoint = platform.place(uri).then(({ folder, file }) => openCheckpoint(folder, file));
      opened.set(key, { checkpoint, watcher: watch(uri, () => forget(uri)) });
      // A failure is not kept: the user may put the missing file in place and try again.
      checkpoint.catch(() => {
        if (opened.get(key)?.checkpoint !== checkpoint) return;
        opened.get(key)?.watcher.dispose();
        opened.delete(key);
      });
      return checkpoint;
    },
    forget,
    onDidChange: changed.event,
    dispose: () => {
      changed.dispose();
      for (const { watcher } of opened.values()) watcher.dispose();
    },
  };
}

/** Watches a checkpoint's folder, which may lie outside the workspace. */
function watch(uri: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = /\.(safetensors|json|gguf)$/.test(uri.path) ? vscode.Uri.joinPath(uri, '..') : uri;
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, FILES));
  const subscriptions = [watcher.onDidChange(changed), watcher.onDidCreate(changed), watcher.onDidDelete(changed)];
  return vscode.Disposable.from(watcher, ...subscriptions);
}
