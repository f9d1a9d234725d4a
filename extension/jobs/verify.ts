import { readSafetensorsHeader } from '../core/checkpoint/safetensors-header';
import type { CreateDigest } from '../core/digest';
import type { OutputFolder } from '../files/output-folder';
import { Cancelled, type Progress } from './progress';
import type { WrittenTensor } from './write-shard';

export interface VerifiedFile {
  readonly file: string;
  readonly size: number;
  /** Of the whole file as read back. */
  readonly sha256: string;
}

const READ_BYTES = 16 << 20;

/**
 * Reads a written weight file back from where it lies and compares every stored tensor's dtype, shape and
 * digest with what was planned and written. Throws on the first difference, naming tensor and file.
 */
export async function* verifyShard(
  output: OutputFolder,
  file: string,
  written: readonly WrittenTensor[],
  createDigest: CreateDigest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Pick<Progress, 'done' | 'detail'>, VerifiedFile, undefined> {
  const source = await output.open(file);
  try {
    const header = await readSafetensorsHeader(source, signal);
    const expected = new Map(written.map((stored) => [stored.name, stored]));
    if (header.tensors.length !== written.length) {
      throw new Error(`${file}: holds ${header.tensors.length} tensors after writing, expected ${written.length}`);
    }
    const whole = createDigest();
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      if (signal?.aborted) throw new Cancelled();
      const bytes = await source.read(offset, length, signal);
      whole.update(bytes);
      return bytes;
    };
    let position = 0;
    for (const tensor of header.tensors) {
      const stored = expected.get(tensor.name);
      if (stored?.dtype !== tensor.dtype || stored.shape.join() !== tensor.shape.join()) {
        throw new Error(
          `${file}: ${tensor.name} reads back as ${tensor.dtype} [${tensor.shape.join(', ')}], expected ${stored ? `${stored.dtype} [${stored.shape.join(', ')}]` : 'no such tensor'}`,
        );
      }
      if (tensor.offset > position) await read(position, tensor.offset - position);
      const digest = createDigest();
      for (let done = 0; done < tensor.bytes; done += READ_BYTES) {
        const bytes = await read(tensor.offset + done, Math.min(READ_BYTES, tensor.bytes - done));
        digest.update(bytes);
        yield { done: bytes.length, detail: tensor.name };
      }
      if (digest.hex() !== stored.sha256) {
        throw new Error(`${file}: the bytes of ${tensor.name} read back differ from those written; check the disk`);
      }
      position = tensor.offset + tensor.bytes;
    }
    return { file, size: source.size, sha256: whole.hex() };
  } finally {
    await source.close();
  }
}
