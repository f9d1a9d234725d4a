import type { ByteSource, CheckpointFolder } from './byte-source';
import type { TensorInfo } from './tensor';

/** Reads tensor bytes; weight files are opened once, when first needed. */
export interface WeightReader {
  /** `length` bytes of a tensor from `offset`, counted from the tensor's first byte. */
  readonly read: (
    tensor: TensorInfo,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ) => Promise<Uint8Array<ArrayBuffer>>;
  readonly close: () => Promise<void>;
}

export function openWeights(folder: CheckpointFolder): WeightReader {
  const sources = new Map<string, Promise<ByteSource>>();
  const sourceOf = (file: string): Promise<ByteSource> => {
    const known = sources.get(file);
    if (known) return known;
    const opened = folder.open(file);
    sources.set(file, opened);
    return opened;
  };
  return {
    async read(tensor, offset, length, signal) {
      if (offset < 0 || offset + length > tensor.bytes) {
        throw new RangeError(`${tensor.name}: bytes ${offset} to ${offset + length} lie outside its ${tensor.bytes}`);
      }
      const source = await sourceOf(tensor.file);
      return source.read(tensor.offset + offset, length, signal);
    },
    async close() {
      const opened = await Promise.allSettled(sources.values());
      sources.clear();
      await Promise.all(opened.map(async (each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
    },
  };
}
