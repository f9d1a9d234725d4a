import type { ByteSource } from './byte-source';
import { CheckpointError, type CheckpointErrorCode } from './checkpoint-error';
import { foreignFile } from './foreign-file';
import { quote, scanJson, type JsonScanner } from './json-scanner';
import { SAFETENSORS_BITS, STORAGE_BITS, isSafetensorsDtype, type StorageDtype } from './storage-dtype';
import type { TensorInfo } from './tensor';

/** What the header of one safetensors file says, checked. */
export interface SafetensorsHeader {
  /** In the order of their bytes; without a hole from the end of the header to the end of the file. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The header's length stands before it, as 64 bits, little-endian. */
export const PREFIX_BYTES = 8;
/** Limit of the reference reader, in bytes. */
export const HEADER_LIMIT = 100_000_000;
/** Far above any real file; without a limit a million empty tensors keep the reference reader busy for 10 s. */
export const TENSOR_LIMIT = 500_000;
/** NumPy's limit; real tensors have up to 5 axes. */
const RANK_LIMIT = 64;

const FETCH_AGAIN = 'the file is damaged or cut short, fetch it again';

/**
 * Reads and checks the header of a safetensors file; weights are not read. `file` is the plain name that the
 * tensors are given; messages name the source. Rejects with CheckpointError, checking in the order of the reference reader: length of the
 * file, of the header, UTF-8, JSON and keys, offsets without hole or overlap, shape, whole bytes, size, end
 * of file. Stricter than it on duplicate keys, leading white space, entries written as arrays, integers above
 * 2^53 - 1, and the count of tensors.
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  signal?: AbortSignal,
  file = source.name,
): Promise<SafetensorsHeader> {
  if (source.size < PREFIX_BYTES) {
    throw refusal('too-short', source.name, `holds ${source.size} bytes, a safetensors file at least ${PREFIX_BYTES}`);
  }
  const prefix = await source.read(0, PREFIX_BYTES, signal);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > HEADER_LIMIT) {
    const what = `its header claims ${length.toString()} bytes where ${HEADER_LIMIT} are the limit`;
    const advice = foreignFile(prefix) ?? 'this is not a safetensors file, or it is damaged';
    throw new CheckpointError('header-too-large', `${source.name}: ${what}; ${advice}`);
  }
  const dataStart = PREFIX_BYTES + Number(length);
  if (dataStart > source.size) {
    throw refusal(
      'header-past-end',
      source.name,
      `its header claims ${length.toString()} bytes, the file holds ${source.size}`,
    );
  }
  const bytes = await source.read(PREFIX_BYTES, Number(length), signal);
  const { entries, metadata } = parseHeader(bytes, source.name);
  return { metadata, tensors: placeTensors(entries, source.name, file, dataStart, source.size) };
}

interface Entry {
  readonly name: string;
  readonly dtype: StorageDtype;
  readonly shape: readonly number[];
  /** From the first byte after the header. */
  readonly begin: number;
  readonly end: number;
}

function parseHeader(
  bytes: Uint8Array,
  file: string,
): { readonly entries: Entry[]; readonly metadata: ReadonlyMap<string, string> } {
  const where = `${file}: header`;
  const scanner = scanJson(bytes, { where });
  if (bytes[0] !== 0x7b) {
    throw new CheckpointError('not-json', `${where}: expected "{" as its first byte; ${FETCH_AGAIN}`);
  }
  const entries: Entry[] = [];
  const metadata = new Map<string, string>();
  scanner.object((name) => {
    if (name === '__metadata__') {
      if (scanner.peek() === 'null') scanner.skip();
      else scanner.object((key) => metadata.set(key, scanner.string()));
      return;
    }
    if (entries.length === TENSOR_LIMIT) {
      throw new CheckpointError('too-many-tensors', `${file}: more than ${TENSOR_LIMIT} tensors; split it into shards`);
    }
    entries.push(parseEntry(scanner, file, name));
  });
  scanner.end();
  return { entries, metadata };
}

function parseEntry(scanner: JsonScanner, file: string, name: string): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const sizes = (limit: number): number[] => {
    const values: number[] = [];
    scanner.array(() => {
      if (values.push(scanner.size()) > limit) {
        throw new CheckpointError('wrong-type', `${file}: tensor ${quote(name)}: more than ${limit} numbers in a list`);
      }
    });
    return values;
  };
  // Keys it does not know are passed over, as the reference reader does: the format may grow.
  scanner.object((key) => {
    if (key === 'dtype') dtype = scanner.string();
    else if (key === 'shape') shape = sizes(RANK_LIMIT);
    else if (key === 'data_offsets') offsets = sizes(2);
    else scanner.skip();
  });
  if (dtype === undefined || !shape || !offsets) {
    const missing = [
      ...(dtype === undefined ? ['dtype'] : []),
      ...(shape ? [] : ['shape']),
      ...(offsets ? [] : ['data_offsets']),
    ];
    throw tensorRefusal('missing-key', file, name, `has no ${missing.join(', ')}`);
  }
  if (!isSafetensorsDtype(dtype)) {
    const known = Object.keys(SAFETENSORS_BITS).join(', ');
    throw new CheckpointError(
      'unknown-dtype',
      `${file}: tensor ${quote(name)} has the dtype ${quote(dtype)}; expected one of ${known}`,
    );
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined) {
    throw tensorRefusal('wrong-type', file, name, `has ${offsets.length} data_offsets, expected 2`);
  }
  return { name, dtype, shape, begin, end };
}

/** Checks that the tensors fill the file from the header to its end, one after the other. */
function placeTensors(
  entries: Entry[],
  source: string,
  file: string,
  dataStart: number,
  fileSize: number,
): readonly TensorInfo[] {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  const shapes: (readonly number[])[] = [];
  const tensors = entries.map(({ name, dtype, shape, begin, end }): TensorInfo => {
    if (begin !== position || end < begin) {
      const what = `takes bytes ${begin} to ${end}, expected to begin at ${position}, where the tensor before ends`;
      throw tensorRefusal('bad-offsets', source, name, what);
    }
    position = end;
    const bytes = sizeOf(source, name, dtype, shape);
    if (bytes !== end - begin) {
      const what = `takes ${end - begin} bytes, but ${dtype} [${shape.join(', ')}] takes ${bytes}`;
      throw tensorRefusal('size-mismatch', source, name, what);
    }
    return { name, dtype, shape: sharedShape(shape, shapes), file, offset: dataStart + begin, bytes };
  });
  if (dataStart + position !== fileSize) {
    const what = `its tensors end at byte ${dataStart + position}, the file at ${fileSize}`;
    throw refusal('file-size', source, what);
  }
  return tensors;
}

/** Shapes that one is compared with: a file holds few different ones, and those of a layer come again with the next. */
const SHAPES_COMPARED = 32;

/** One array for equal shapes: 91,000 of them would take more memory than the names. */
function sharedShape(shape: readonly number[], shapes: (readonly number[])[]): readonly number[] {
  for (let at = shapes.length - 1; at >= Math.max(0, shapes.length - SHAPES_COMPARED); at--) {
    const known = shapes[at]!;
    if (known.length === shape.length && known.every((extent, dimension) => extent === shape[dimension])) return known;
  }
  const own = shape.slice();
  shapes.push(own);
  return own;
}

/** Bytes of a tensor, exactly; throws when they can't be counted or are not whole. */
function sizeOf(file: string, name: string, dtype: StorageDtype, shape: readonly number[]): number {
  // Zeros are left out of the product: [0, 2^40, 2^40] would hide axes that no reader can index.
  const reach = shape.reduce((product, extent) => product * (extent || 1), 1);
  const bits = STORAGE_BITS[dtype];
  if (!Number.isSafeInteger(reach * bits)) {
    throw tensorRefusal('shape-too-large', file, name, `has the shape [${shape.join(', ')}], over 2^53 bits`);
  }
  const size = (shape.includes(0) ? 0 : reach) * bits;
  if (size % 8 !== 0) {
    const what = `has ${size} bits as ${dtype} [${shape.join(', ')}], expected whole bytes`;
    throw tensorRefusal('partial-byte', file, name, what);
  }
  return size / 8;
}

function refusal(code: CheckpointErrorCode, file: string, what: string): CheckpointError {
  return new CheckpointError(code, `${file}: ${what}; ${FETCH_AGAIN}`);
}

function tensorRefusal(code: CheckpointErrorCode, file: string, name: string, what: string): CheckpointError {
  return new CheckpointError(
    code,
    `${file}: tensor ${quote(name)} ${what}; the header is damaged, fetch the file again`,
  );
}

/** A tensor to be written; its bytes follow from dtype and shape. */
export type HeaderEntry = Pick<TensorInfo, 'name' | 'dtype' | 'shape'>;

export interface EncodedHeader {
  /** Length prefix, JSON and padding: the file's first bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Absolute offset of each tensor's first byte, in the order of `entries`. */
  readonly offsets: readonly number[];
  /** Bytes of the whole file. */
  readonly fileSize: number;
}

/**
 * The header of a file that holds `entries`: the same bytes for the same input on every system. Tensors lie in
 * the order given unless one would not begin at a multiple of its element's size; then wider elements come
 * first, as in the reference writer, because some loaders can't map an unaligned tensor. Throws CheckpointError
 * on a name given twice and on a tensor or header that readers would refuse.
 */
export function encodeSafetensorsHeader(
  entries: readonly HeaderEntry[],
  metadata: ReadonlyMap<string, string>,
): EncodedHeader {
  const stray = entries.find(({ dtype }) => !isSafetensorsDtype(dtype));
  if (stray) {
    const what = `tensor ${quote(stray.name)} can't be written: safetensors files have no ${stray.dtype}`;
    throw new CheckpointError('unknown-dtype', `${what}, which only GGUF files hold`);
  }
  const sizes = entries.map(({ name, dtype, shape }) => sizeOf('new file', name, dtype, shape));
  const order = layOut(entries, sizes);
  const begins = new Array<number>(entries.length);
  const members = metadata.size > 0 ? [`"__metadata__":${metadataJson(metadata)}`] : [];
  const names = new Set(['__metadata__']);
  let end = 0;
  for (const index of order) {
    const { name, dtype, shape } = entries[index]!;
    if (names.size === names.add(name).size) {
      throw new CheckpointError(
        'duplicate-key',
        `tensor ${quote(name)} can't be written: the name is taken in its file`,
      );
    }
    begins[index] = end;
    end += sizes[index]!;
    const value = { dtype, shape, data_offsets: [begins[index], end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const dataStart = PREFIX_BYTES + Math.ceil(json.length / 8) * 8;
  if (dataStart - PREFIX_BYTES > HEADER_LIMIT || entries.length > TENSOR_LIMIT) {
    const what = `${entries.length} tensors take a header of ${json.length} bytes`;
    throw new CheckpointError('header-too-large', `${what}, readers take ${HEADER_LIMIT}; split the file into shards`);
  }
  const bytes = new Uint8Array(dataStart).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - PREFIX_BYTES), true);
  bytes.set(json, PREFIX_BYTES);
  return { bytes, offsets: begins.map((begin) => dataStart + begin), fileSize: dataStart + end };
}

/** Indexes of `entries` in the order of their bytes. */
function layOut(entries: readonly HeaderEntry[], sizes: readonly number[]): readonly number[] {
  const width = (index: number): number => Math.ceil(STORAGE_BITS[entries[index]!.dtype] / 8);
  const given = entries.map((_, index) => index);
  let position = 0;
  const aligned = given.every((index) => {
    const begin = position;
    position += sizes[index]!;
    return begin % width(index) === 0;
  });
  return aligned ? given : given.sort((a, b) => width(b) - width(a));
}

function metadataJson(metadata: ReadonlyMap<string, string>): string {
  return `{${[...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}
