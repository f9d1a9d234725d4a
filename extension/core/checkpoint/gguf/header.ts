import type { ByteSource } from '../byte-source';
import { CheckpointError, type CheckpointErrorCode } from '../checkpoint-error';
import { foreignFile } from '../foreign-file';
import { quote } from '../json-scanner';
import { TENSOR_LIMIT } from '../safetensors-header';
import { blockElements, elementCount, storageBytes, type StorageDtype } from '../storage-dtype';
import type { TensorInfo } from '../tensor';
import { openCursor, type Cursor } from './cursor';
import { readMetadata, readName, readSize, requireRoom, type GgufMetadata, type WantsArray } from './metadata';
import { DROPPED_TYPES, TENSOR_TYPES } from './types';

/** What one GGUF file says before its weights, checked. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  /** In the order of their bytes. Shapes are row-major: ggml's dimensions in reverse. */
  readonly tensors: readonly TensorInfo[];
  /** Bytes behind the last tensor and its padding; 0 in files as they are written today. */
  readonly trailing: number;
}

export interface GgufOptions {
  /** Name that the tensors are given as their file; messages name the source. */
  readonly file?: string;
  /** Which arrays of the metadata are kept; those of up to 1024 items without it. */
  readonly wants?: WantsArray;
  readonly signal?: AbortSignal | undefined;
}

const MAGIC = 0x46554747; // GGUF
/** Magic, version, count of tensors, count of metadata entries. */
const FIXED_BYTES = 4 + 4 + 8 + 8;
/** `GGML_MAX_DIMS`. */
const RANK_LIMIT = 4;
/** Bytes of the shortest tensor entry: an empty name's length, no dimensions, type, offset. */
const TENSOR_BYTES = 8 + 4 + 4 + 8;
const USUAL_ALIGNMENT = 32;
const SHORT_ARRAY = 1024;

/**
 * Reads and checks the header of a GGUF file, version 2 or 3, chunk by chunk; weights are not read. Every count is
 * compared with the bytes that are left before anything is made for it. Rejects with CheckpointError, naming the
 * metadata key or the tensor. As strict as llama.cpp about offsets: tensors lie one after the other, each at the next
 * multiple of the alignment.
 */
export async function readGgufHeader(source: ByteSource, options: GgufOptions = {}): Promise<GgufHeader> {
  const { file = source.name, wants = (_, length) => length <= SHORT_ARRAY, signal } = options;
  const cursor = openCursor(source, signal);
  const version = await readVersion(cursor);
  const tensorCount = await readSize(cursor, 'the number of tensors');
  const entries = await readSize(cursor, 'the number of metadata entries');
  requireRoom(cursor, tensorCount, TENSOR_BYTES, 'tensors');
  if (tensorCount > TENSOR_LIMIT) {
    throw new CheckpointError(
      'too-many-tensors',
      `${source.name}: ${tensorCount} tensors, expected ${TENSOR_LIMIT} at most`,
    );
  }
  const metadata = await readMetadata(cursor, entries, wants);
  const alignment = alignmentOf(metadata, source.name);
  requireRoom(cursor, tensorCount, TENSOR_BYTES, 'tensors');
  const infos: Entry[] = [];
  const names = new Set<string>();
  for (let at = 0; at < tensorCount; at++) {
    const entry = await readEntry(cursor, at);
    if (names.size === names.add(entry.name).size) throw refusal('duplicate-key', source, entry.name, 'is there twice');
    infos.push(entry);
  }
  return { version, metadata, ...place(infos, source, file, padded(cursor.position(), alignment), alignment) };
}

async function readVersion(cursor: Cursor): Promise<number> {
  const { source } = cursor;
  if (source.size < FIXED_BYTES) {
    const what = `holds ${source.size} bytes, a GGUF file at least ${FIXED_BYTES}`;
    throw new CheckpointError('too-short', `${source.name}: ${what}; it is cut short, fetch it again`);
  }
  await cursor.need(FIXED_BYTES, 'the beginning');
  const prefix = cursor.take(8);
  if (prefix.getUint32(0, true) !== MAGIC) {
    const found = foreignFile(new Uint8Array(prefix.buffer, 0, 8)) ?? 'it is damaged, or no GGUF file';
    throw new CheckpointError('not-gguf', `${source.name}: expected "GGUF" as the first four bytes; ${found}`);
  }
  const version = prefix.getUint32(4, true);
  if (version === 2 || version === 3) return version;
  // The low bytes of a small number of the other order.
  if (version !== 0 && (version & 0xffff) === 0) {
    const advice = 'convert it again on a little-endian machine, or with gguf_convert_endian.py of llama.cpp';
    throw new CheckpointError('gguf-version', `${source.name}: is big-endian, expected little-endian; ${advice}`);
  }
  const advice = version === 1 ? 'convert the model again' : 'it is damaged, or newer than this reader';
  throw new CheckpointError('gguf-version', `${source.name}: GGUF version ${version}, expected 2 or 3; ${advice}`);
}

function alignmentOf(metadata: GgufMetadata, source: string): number {
  const value = metadata.get('general.alignment') ?? USUAL_ALIGNMENT;
  if (typeof value === 'number' && value > 0 && value <= 1 << 30 && Number.isInteger(Math.log2(value))) return value;
  const found = typeof value === 'object' ? 'an array' : quote(String(value));
  throw new CheckpointError('wrong-type', `${source}: general.alignment is ${found}, expected a power of two`);
}

interface Entry {
  readonly name: string;
  readonly dtype: StorageDtype;
  readonly shape: readonly number[];
  /** From the first byte of the weights. */
  readonly offset: number;
}

async function readEntry(cursor: Cursor, at: number): Promise<Entry> {
  const { source } = cursor;
  const name = await readName(cursor, `the name of tensor ${at}`);
  const what = `tensor ${quote(name)}`;
  await cursor.need(4, what);
  const rank = cursor.take(4).getUint32(0, true);
  if (rank > RANK_LIMIT) {
    throw refusal('wrong-type', source, name, `has ${rank} dimensions, expected ${RANK_LIMIT} at most`);
  }
  const dimensions: number[] = [];
  for (let axis = 0; axis < rank; axis++) dimensions.push(await readSize(cursor, `a dimension of ${what}`));
  await cursor.need(4, what);
  const dtype = dtypeOf(cursor.take(4).getUint32(0, true), source, name);
  const offset = await readSize(cursor, `the offset of ${what}`);
  const shape: readonly number[] = dimensions.reverse();
  if (!Number.isSafeInteger(elementCount(shape) * 16)) {
    throw refusal('shape-too-large', source, name, `has the shape [${shape.join(', ')}], too large for any file`);
  }
  const block = blockElements(dtype);
  if ((shape.at(-1) ?? 1) % block !== 0) {
    const rows = `has rows of ${shape.at(-1) ?? 1} elements, expected a multiple of ${block}, a block of ${dtype}`;
    throw refusal('partial-byte', source, name, rows);
  }
  return { name, dtype, shape, offset };
}

function dtypeOf(type: number, source: ByteSource, name: string): StorageDtype {
  const dtype = TENSOR_TYPES.get(type);
  if (dtype !== undefined) return dtype;
  const dropped = DROPPED_TYPES.get(type);
  const advice = dropped === undefined ? 'it is damaged, or newer than this reader' : 'quantize the model again';
  const found = dropped === undefined ? `the type ${type}` : `the type ${dropped}, which ggml reads no more`;
  throw new CheckpointError(
    'unknown-dtype',
    `${source.name}: tensor ${quote(name)} has ${found}; expected one of ${[...TENSOR_TYPES.values()].join(', ')}; ${advice}`,
  );
}

/** Checks that the tensors lie one after the other from `dataStart` on, and that the file holds them. */
function place(
  entries: readonly Entry[],
  source: ByteSource,
  file: string,
  dataStart: number,
  alignment: number,
): Pick<GgufHeader, 'tensors' | 'trailing'> {
  let expected = 0;
  let end = dataStart;
  const tensors = entries.map(({ name, dtype, shape, offset }): TensorInfo => {
    if (offset !== expected) {
      const where = offset < expected ? 'inside the tensor before it' : 'behind a hole';
      const what = `begins at ${offset} of the weights, ${where}, expected ${expected}`;
      throw refusal('bad-offsets', source, name, what);
    }
    const bytes = storageBytes(dtype, shape);
    end = dataStart + offset + bytes;
    if (end > source.size) {
      const what = `takes ${bytes} bytes from ${dataStart + offset} on, the file holds ${source.size}`;
      throw refusal('file-size', source, name, `${what}; it is cut short, fetch it again`);
    }
    expected = padded(offset + bytes, alignment);
    return { name, dtype, shape, file, offset: dataStart + offset, bytes };
  });
  return { tensors, trailing: Math.max(0, source.size - padded(end, alignment)) };
}

function padded(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}

function refusal(code: CheckpointErrorCode, source: ByteSource, name: string, what: string): CheckpointError {
  return new CheckpointError(code, `${source.name}: tensor ${quote(name)} ${what}`);
}
