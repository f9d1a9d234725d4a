import { URI, Utils } from 'vscode-uri';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import type { Subscription } from '../service/workspace';
import type { CheckpointPlace } from './client-files';

/** Checkpoints by URI, each opened once and kept until a file of it changes. */
export interface OpenedCheckpoints {
  open(uri: string): Promise<Checkpoint>;
  /** Forgets those that a changed file belongs to, and tells the listeners. */
  fileChanged(file: string): void;
  /** Lets those be tried again that could not be opened: the user may have put the missing file in place. */
  retryFailed(): void;
  onChanged(listener: (uri: string) => void): Subscription;
}

interface Entry {
  readonly checkpoint: Promise<Checkpoint>;
  failed: boolean;
}

export function createOpenedCheckpoints(place: (uri: string) => Promise<CheckpointPlace>): OpenedCheckpoints {
  const entries = new Map<string, Entry>();
  const listeners = new Set<(uri: string) => void>();
  return {
    open(uri) {
      const known = entries.get(uri);
      if (known) return known.checkpoint;
      const checkpoint = place(uri).then(({ folder, file }) => openCheckpoint(folder, file));
      const entry: Entry = { checkpoint, failed: false };
      entries.set(uri, entry);
      checkpoint.catch(() => (entry.failed = true));
      return checkpoint;
    },
    fileChanged(file) {
      for (const uri of [...entries.keys()]) {
        if (!isPartOf(file, uri)) continue;
        entries.delete(uri);
        for (const listener of listeners) listener(uri);
      }
    },
    retryFailed() {
      for (const [uri, { failed }] of entries) if (failed) entries.delete(uri);
    },
    onChanged(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
}

/** Whether a file is the checkpoint, lies in its folder, or beside the weight file that the policy names. */
function isPartOf(file: string, checkpoint: string): boolean {
  const changed = URI.parse(file);
  const named = URI.parse(checkpoint);
  if (changed.scheme !== named.scheme || changed.authority !== named.authority) return false;
  if (changed.path === named.path || changed.path.startsWith(`${named.path}/`)) return true;
  return /\.(safetensors|json|gguf)$/.test(named.path) && Utils.dirname(changed).path === Utils.dirname(named).path;
}
