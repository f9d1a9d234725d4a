import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { TreeTensor } from '../core/checkpoint/tensor';
import type { Settings } from './settings';

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
  /** What the user chose, as it is now. */
  settings(): Settings;
  /**
   * Opens the checkpoint at a folder or file: headers only. The host keeps it, so that the same object comes back
   * until a file of it changes. Rejects with a message for the user.
   */
  openCheckpoint(uri: string): Promise<Checkpoint>;
  /** Fires with the URI of a checkpoint that was opened, or tried, before: its files changed. */
  onCheckpointChanged(listener: (uri: string) => void): Subscription;
  /** Entries of a folder; rejects when there is none. */
  readDirectory(uri: string): Promise<readonly DirectoryEntry[]>;
  /** A text file from disk; rejects when there is none, and when it is not a text of a size that can be shown. */
  readText(uri: string): Promise<string>;
  /** URIs of the policies in the folders of the workspace, open or not; some may be missing in a huge one. */
  policyFiles(): Promise<readonly string[]>;
  /**
   * How the values of a tensor of the checkpoint at `uri` are spread: of all of them or of a sample. Undefined
   * when that is not known and would take long to find out; absent where no weights can be read.
   */
  valueProfile?(uri: string, tensor: TreeTensor): Promise<ValueProfile | undefined>;
}
