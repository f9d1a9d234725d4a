import type { ByteSource } from '../core/checkpoint/byte-source';

/**
 * Where a checkpoint is written. Files come into being aside (`OUT.partial-<id>/`), are synced, and the
 * whole folder is renamed by `commit`: no reader ever sees half a checkpoint.
 */
export interface OutputFolder {
  /** For messages: the final place. */
  readonly name: string;
  create(file: string, size: number): Promise<OutputFile>;
  /** Reads back a file written in this folder, before or after `commit`. */
  open(file: string): Promise<ByteSource>;
  /** Makes the folder appear under its final name. */
  commit(): Promise<void>;
  /** Throws everything away that was written; safe to call after a failure, does nothing after `commit`. */
  discard(): Promise<void>;
}

export interface OutputFile {
  /** Writes all of `bytes` at `offset`. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Syncs and closes; a failed sync rejects and condemns the file. */
  finish(): Promise<void>;
}
