import type { ByteSource, CheckpointFolder } from './byte-source';
import { CheckpointError } from './checkpoint-error';
import { readUndone } from './gguf/undo';
import { STORAGE_BITS, elementCount } from './storage-dtype';
import type { TensorInfo } from './tensor';

/**
 * Reads weights of a checkpoint, as the model has them where the file has them otherwise (TensorOrigin). Each file is
 * opened at its first read and stays open until `close`.
 */
export interface WeightReader {
  /** `length` bytes of a tensor from `offset`, counted from the tensor's first byte. */
  readonly read: (
    tensor: TensorInfo,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ) => Promise<Uint8Array<ArrayBuffer>>;
  /** A whole tensor. Mind its size: `read` and `readRows` bound the memory. */
  readonly readTensor: (tensor: TensorInfo, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
  /** Rows along the last axis: a tensor [a, b, c] has a * b rows of c elements. Rows must take whole bytes. */
  readonly readRows: (
    tensor: TensorInfo,
    firstRow: number,
    rowCount: number,
    signal?: AbortSignal,
  ) => Promise<Uint8Array<ArrayBuffer>>;
  /** Closes every file; reads after it reject. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** A reader of the tensors of a checkpoint that was opened from `folder`. Reads no file until it is asked to. */
export function openWeights(folder: CheckpointFolder): WeightReader {
  const sources = new Map<string, Promise<ByteSource>>();
  let closed = false;

  const sourceOf = (file: string): Promise<ByteSource> => {
    const known = sources.get(file);
    if (known) return known;
    const opened = folder.open(file);
    sources.set(file, opened);
    // A file that could not be opened is tried again at the next read.
    opened.catch(() => sources.delete(file));
    return opened;
  };

  const read: WeightReader['read'] = async (tensor, offset, length, signal) => {
    if (closed) throw new Error(`${tensor.name}: read after its checkpoint was closed`);
    if (!(offset >= 0 && length >= 0 && offset + length <= tensor.bytes)) {
      throw new CheckpointError(
        'outside-tensor',
        `${tensor.name}: bytes ${offset} to ${offset + length} were asked for, the tensor has ${tensor.bytes}`,
      );
    }
    const source = await sourceOf(tensor.file);
    const stored = (from: number, count: number) => source.read(tensor.offset + from, count, signal);
    const undo = tensor.origin?.undo;
    return undo ? readUndone(tensor, undo, offset, length, stored) : stored(offset, length);
  };

  return {
    read,
    readTensor: (tensor, signal) => read(tensor, 0, tensor.bytes, signal),
    async readRows(tensor, firstRow, rowCount, signal) {
      const rowBytes = bytesOfRow(tensor);
      return read(tensor, firstRow * rowBytes, rowCount * rowBytes, signal);
    },
    async close() {
      closed = true;
      const opened = await Promise.allSettled(sources.values());
      sources.clear();
      const open = opened.filter((each) => each.status === 'fulfilled');
      await Promise.all(open.map(({ value }) => value.close()));
    },
  };
}

function bytesOfRow(tensor: TensorInfo): number {
  const columns = tensor.shape.at(-1) ?? elementCount(tensor.shape);
  const bits = columns * STORAGE_BITS[tensor.dtype];
  if (bits % 8 === 0) return bits / 8;
  throw new CheckpointError(
    'partial-byte',
    `${tensor.name}: a row of ${columns} elements of ${tensor.dtype} does not take whole bytes; read the whole tensor`,
  );
}
