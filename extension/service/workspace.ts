import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { FindingCode, Severity } from '../core/policy/finding';

export interface DirectoryEntry {
  readonly name: string;
  readonly folder: boolean;
}

export interface Subscription {
  dispose(): void;
}

/** What a host must provide. URIs are strings, as in the language server protocol. */
export interface Workspace {
  /** Policies that are open in the editor. */
  documents(): Iterable<TextDocument>;
  /** Folder that relative paths of a policy start from that was never saved; undefined when nothing is open. */
  readonly root: string | undefined;
  /**
   * Opens the checkpoint at a folder or file: headers only. The host keeps it, so that the same object comes back
   * until a file of it changes. Rejects with a message for the user.
   */
  openCheckpoint(uri: string): Promise<Checkpoint>;
  /** Fires with the URI of a checkpoint that was opened, or tried, before: its files changed. */
  onCheckpointChanged(listener: (uri: string) => void): Subscription;
  /** Entries of a folder; rejects when there is none. */
  readDirectory(uri: string): Promise<readonly DirectoryEntry[]>;
  /** The severity the user wants for a code; undefined leaves each finding its own. */
  severity?(code: FindingCode): Severity | 'off' | undefined;
}
