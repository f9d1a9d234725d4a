import type { ByteSource } from './byte-source';
import { CheckpointError, type CheckpointProblem } from './checkpoint-error';
import { JsonError, scanJson, type JsonValue } from './json-scanner';
import { isStorageDtype, STORAGE_BITS, storageBytes, type StorageDtype } from './storage-dtype';
import type { TensorInfo } from './tensor';

/** What a safetensors file says of itself. Tensors are in the order of their bytes. */
export interface SafetensorsHeader {
  readonly tensors: readonly TensorInfo[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Offset of the first tensor byte in the file. */
  readonly dataStart: number;
}

/** The reference reader's limit on the JSON part. */
const MAX_HEADER_BYTES = 100_000_000;
/** A checkpoint of 91,000 tensors is the largest published; beyond a million a file means harm. */
const MAX_TENSORS = 1_000_000;

/**
 * Reads and validates the header of a safetensors file: eight bytes, then the JSON, nothing else. Checks what
 * the reference implementation checks, in its order, and is stricter where it is lax (duplicate keys, leading
 * white space, entries written as arrays). Throws CheckpointError.
 */
export async function readSafetensorsHeader(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsHeader> {
  const fail = (problem: CheckpointProblem, message: string): never => {
    throw new CheckpointError(problem, `${source.name}: ${message}`);
  };
  if (source.size < 8) fail('too-short', `holds ${source.size} bytes, a safetensors file starts with 8; it is not one`);
  const prefix = await source.read(0, 8, signal);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    fail(
      'header-too-large',
      `says its header has ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed; it is not a safetensors file or is damaged`,
    );
  }
  const headerBytes = Number(length);
  if (8 + headerBytes > source.size) {
    fail(
      'header-outside-file',
      `says its header has ${headerBytes} bytes but ends after ${source.size}; the download may be incomplete`,
    );
  }
  return parseSafetensorsHeader(await source.read(8, headerBytes, signal), source.name, source.size);
}

/** The same for a header already at hand: `json` without the eight bytes before it. */
export function parseSafetensorsHeader(json: Uint8Array, file: string, fileSize: number): SafetensorsHeader {
  const fail = (problem: CheckpointProblem, message: string): never => {
    throw new CheckpointError(problem, `${file}: ${message}`);
  };
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    fail('not-utf8', 'the header is not valid UTF-8; the file is damaged');
  }
  if (!text.startsWith('{')) fail('bad-json', 'the header does not start with "{"; it is not a safetensors file');
  let parsed: JsonValue = { kind: 'null' };
  try {
    parsed = scanJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    fail(error.duplicate ? 'duplicate-key' : 'bad-json', `the header is not valid: ${error.message}`);
  }
  if (parsed.kind !== 'object') return fail('bad-json', 'the header is not a JSON object');
  if (parsed.entries.size > MAX_TENSORS)
    fail('too-many-tensors', `names ${parsed.entries.size} tensors, at most ${MAX_TENSORS} are allowed`);
  const metadata = readMetadata(parsed.entries.get('__metadata__'), fail);
  const dataStart = 8 + json.length;
  const tensors = [...parsed.entries]
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => readEntry(name, entry, file, dataStart, fail))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  checkSpans(tensors, dataStart, fileSize, fail);
  return { tensors, metadata, dataStart };
}

type Fail = (problem: CheckpointProblem, message: string) => never;

function readMetadata(value: JsonValue | undefined, fail: Fail): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (value.kind !== 'object') return fail('bad-entry', '__metadata__ must map strings to strings');
  for (const [key, item] of value.entries) {
    if (item.kind !== 'string')
      return fail('bad-entry', `__metadata__ must map strings to strings; "${key}" holds a ${item.kind}`);
    metadata.set(key, item.value);
  }
  return metadata;
}

function readEntry(name: string, value: JsonValue, file: string, dataStart: number, fail: Fail): TensorInfo {
  if (value.kind !== 'object')
    return fail('bad-entry', `${name}: expected an object with dtype, shape and data_offsets, found a ${value.kind}`);
  const unknown = [...value.entries.keys()].find((key) => key !== 'dtype' && key !== 'shape' && key !== 'data_offsets');
  if (unknown !== undefined) fail('bad-entry', `${name}: unknown key "${unknown}"`);
  const dtype = value.entries.get('dtype');
  if (dtype?.kind !== 'string') return fail('bad-entry', `${name}: dtype is missing or not a string`);
  if (!isStorageDtype(dtype.value)) return fail('unknown-dtype', `${name}: unknown dtype "${dtype.value}"`);
  const shape = sizes(value.entries.get('shape'));
  if (!shape) return fail('bad-entry', `${name}: shape must be a list of whole numbers`);
  const offsets = sizes(value.entries.get('data_offsets'));
  const [begin, end] = offsets ?? [];
  if (offsets?.length !== 2 || begin === undefined || end === undefined) {
    return fail('bad-entry', `${name}: data_offsets must be two whole numbers`);
  }
  if (end < begin) return fail('bad-offsets', `${name}: its bytes end (${end}) before they begin (${begin})`);
  checkSize(name, dtype.value, shape, end - begin, fail);
  return { name, dtype: dtype.value, shape, file, offset: dataStart + begin, bytes: end - begin };
}

function sizes(value: JsonValue | undefined): readonly number[] | undefined {
  if (value?.kind !== 'array') return undefined;
  const numbers = value.items.map((item) => (item.kind === 'number' && item.integer ? item.value : -1));
  return numbers.every((number) => number >= 0) ? numbers : undefined;
}

/** Exact in BigInt: a product of crafted extents may pass 2^53 and come back small. */
function checkSize(name: string, dtype: StorageDtype, shape: readonly number[], bytes: number, fail: Fail): void {
  const bits = shape.reduce((product, extent) => product * BigInt(extent), 1n) * BigInt(STORAGE_BITS[dtype]);
  // The reference multiplies the extents in order and refuses an overflow even when a later extent is 0.
  let running = 1n;
  for (const extent of shape) {
    running *= BigInt(extent);
    if (running >= 1n << 64n) fail('size-mismatch', `${name}: the shape [${shape.join(', ')}] overflows`);
  }
  if (bits % 8n !== 0n) fail('size-mismatch', `${name}: ${dtype} [${shape.join(', ')}] does not fill whole bytes`);
  if (bits / 8n !== BigInt(bytes)) {
    fail(
      'size-mismatch',
      `${name}: ${dtype} [${shape.join(', ')}] needs ${bits / 8n} bytes, the header gives it ${bytes}`,
    );
  }
}

function checkSpans(tensors: readonly TensorInfo[], dataStart: number, fileSize: number, fail: Fail): void {
  let position = dataStart;
  for (const { name, offset, bytes } of tensors) {
    if (offset !== position) {
      const what = offset > position ? 'a hole before it' : 'it overlaps the one before it';
      fail(
        'bad-offsets',
        `${name}: starts at data offset ${offset - dataStart}, expected ${position - dataStart} (${what})`,
      );
    }
    position = offset + bytes;
  }
  if (position !== fileSize) {
    const what = position > fileSize ? 'the download may be incomplete' : 'there are bytes that no tensor owns';
    fail('bad-offsets', `tensors end at byte ${position}, the file at ${fileSize}; ${what}`);
  }
}

/** A header to write, and where the bytes of each tensor go in the file. */
export interface EncodedHeader {
  /** The eight bytes, the JSON and the spaces behind it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Absolute offset of each tensor, in the order given. */
  readonly offsets: readonly number[];
  readonly fileSize: number;
}

/**
 * Header of a file whose tensors lie one after the other in the order given. The JSON is padded with spaces so
 * that the data starts at a multiple of eight. Deterministic: equal input, equal bytes.
 */
export function encodeSafetensorsHeader(
  tensors: readonly Pick<TensorInfo, 'name' | 'dtype' | 'shape'>[],
  metadata: ReadonlyMap<string, string>,
): EncodedHeader {
  let position = 0;
  const begins: number[] = [];
  const fields: string[] = [];
  if (metadata.size > 0) fields.push(`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`);
  for (const { name, dtype, shape } of tensors) {
    begins.push(position);
    const end = position + storageBytes(dtype, shape);
    fields.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${position},${end}]}`,
    );
    position = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return { bytes, offsets: begins.map((begin) => bytes.length + begin), fileSize: bytes.length + position };
}
