import { sourceFloats } from '../../formats/floats/source-floats';
import { STORAGE_BITS, elementCount, isGgmlDtype, storageBytes } from '../storage-dtype';
import type { TensorInfo } from '../tensor';
import type { Undo } from '../tensor-origin';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of the tensor as the file has it; `offset` counts from its first byte there. */
export type ReadStored = (offset: number, length: number) => Promise<Bytes>;

/**
 * `length` bytes from `offset` of a tensor as the model has it, from those of the file. Rows move whole, blocks of ggml
 * and all, so that nothing is decoded for it; only what was transposed in blocks is, and is float32 from then on.
 */
export async function readUndone(
  tensor: TensorInfo,
  undo: Undo,
  offset: number,
  length: number,
  read: ReadStored,
): Promise<Bytes> {
  if (length === 0) return new Uint8Array(0);
  switch (undo.kind) {
    case 'paired-rows':
      return pairedRows(tensor, undo.headSize, offset, length, read);
    case 'grouped-heads':
      return groupedHeads(tensor, undo.headSize, offset, length, read);
    case 'plus-one':
      return lessOne(offset, length, read);
    case 'transposed': {
      const { dtype } = undo;
      const whole = await read(0, storageBytes(dtype, tensor.shape));
      const [stored, size] = isGgmlDtype(dtype)
        ? ([new Uint8Array(sourceFloats(dtype, whole).buffer), 4] as const)
        : ([whole, STORAGE_BITS[dtype] / 8] as const);
      return transposed(stored, tensor.shape, size, offset, length);
    }
  }
}

/** A vector's rows are its elements. */
function rowBytesOf({ dtype, shape }: TensorInfo): number {
  return storageBytes(dtype, shape.slice(1));
}

/** Reads the heads that the bytes lie in and cuts the bytes out. */
async function pairedRows(tensor: TensorInfo, headSize: number, offset: number, length: number, read: ReadStored) {
  const rowBytes = rowBytesOf(tensor);
  const headBytes = rowBytes * headSize;
  const first = Math.floor(offset / headBytes) * headBytes;
  const end = Math.ceil((offset + length) / headBytes) * headBytes;
  const stored = await read(first, end - first);
  const halves = new Uint8Array(stored.length);
  for (let at = 0; at < stored.length; at += headBytes) {
    for (let row = 0; row < headSize; row++) {
      const to = (row >> 1) + (row & 1) * (headSize / 2);
      halves.set(stored.subarray(at + row * rowBytes, at + (row + 1) * rowBytes), at + to * rowBytes);
    }
  }
  return halves.slice(offset - first, offset - first + length);
}

/** Head by head queries, keys, values; in the file all heads' queries come first. */
async function groupedHeads(tensor: TensorInfo, headSize: number, offset: number, length: number, read: ReadStored) {
  const partBytes = rowBytesOf(tensor) * headSize;
  const heads = tensor.shape[0]! / (3 * headSize);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const block = Math.floor((offset + at) / partBytes);
    const inside = (offset + at) % partBytes;
    const count = Math.min(partBytes - inside, length - at);
    const [head, part] = [Math.floor(block / 3), block % 3];
    bytes.set(await read((part * heads + head) * partBytes + inside, count), at);
    at += count;
  }
  return bytes;
}

/** Of float32, which norms always are in GGUF files. */
async function lessOne(offset: number, length: number, read: ReadStored): Promise<Bytes> {
  const first = offset - (offset % 4);
  const end = Math.ceil((offset + length) / 4) * 4;
  const stored = await read(first, end - first);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  for (let at = 0; at < stored.length; at += 4) view.setFloat32(at, view.getFloat32(at, true) - 1, true);
  return stored.slice(offset - first, offset - first + length);
}

/** Of elements of `size` bytes; `shape` is [inputs, outputs], as they are wanted. */
function transposed(stored: Bytes, shape: readonly number[], size: number, offset: number, length: number): Bytes {
  const columns = shape.at(-1)!;
  const rows = elementCount(shape) / columns;
  const first = Math.floor(offset / size);
  const end = Math.ceil((offset + length) / size);
  const bytes = new Uint8Array((end - first) * size);
  for (let at = first; at < end; at++) {
    const from = ((at % columns) * rows + Math.floor(at / columns)) * size;
    for (let byte = 0; byte < size; byte++) bytes[(at - first) * size + byte] = stored[from + byte]!;
  }
  return bytes.slice(offset - first * size, offset - first * size + length);
}
