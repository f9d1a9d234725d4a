/**
 * Bytes of one file, read in ranges. Node file, HTTP range, browser File and VS Code's file system
 * each have one; the core never sees more than this.
 */
export interface ByteSource {
  /** For messages: path or URL as the user would write it. */
  readonly name: string;
  /** Size of the file in bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`, in a buffer of their own that starts at byte 0 of its ArrayBuffer
   * (so it can be transferred). Rejects when the range leaves the file or `signal` is aborted.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A folder that may hold a checkpoint. Names are plain file names inside it, never paths. */
export interface CheckpointFolder {
  /** For messages and cache keys: path or URI as the user would write it. */
  readonly name: string;
  list(): Promise<readonly string[]>;
  /** Opens a file for ranged reads; rejects with a message naming the file when it is missing. */
  open(file: string): Promise<ByteSource>;
}
