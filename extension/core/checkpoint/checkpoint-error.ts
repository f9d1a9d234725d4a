/** Why a checkpoint was refused; stable, for tests and for callers that treat some of them apart. */
export type CheckpointErrorCode =
  // a weight file
  | 'too-short'
  | 'header-too-large'
  | 'header-past-end'
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'duplicate-key'
  | 'bad-integer'
  | 'wrong-type'
  | 'missing-key'
  | 'unknown-dtype'
  | 'too-many-tensors'
  | 'bad-offsets'
  | 'shape-too-large'
  | 'partial-byte'
  | 'size-mismatch'
  | 'file-size'
  // a GGUF file
  | 'not-gguf'
  | 'gguf-version'
  | 'split'
  // a shard index
  | 'index-too-large'
  | 'bad-shard-name'
  | 'missing-shard'
  | 'missing-tensor'
  | 'unindexed-tensor'
  | 'wrong-shard'
  // a folder
  | 'no-checkpoint'
  | 'several-files'
  | 'pickle'
  | 'not-a-checkpoint'
  | 'bad-config'
  // reading weights
  | 'outside-tensor';

/** A checkpoint that can't be read. The message names the file or tensor, what was expected and what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    readonly code: CheckpointErrorCode,
    message: string,
  ) {
    super(message);
  }
}
