import { CheckpointError } from '../checkpoint-error';
import { quote } from '../json-scanner';
import type { Cursor } from './cursor';
import { VALUE_TYPES, type ValueType } from './types';

/** A value of GGUF metadata. 64-bit integers beyond 2^53 are bigints. */
export type GgufValue = number | bigint | boolean | string | GgufArray;

export interface GgufArray {
  readonly length: number;
  /** Absent when nobody wanted them: a vocabulary takes megabytes. */
  readonly items?: readonly GgufValue[];
}

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Whether the items of an array are wanted. */
export type WantsArray = (key: string, length: number) => boolean;

/** The specification's limit for keys; tensor names are far shorter. */
const NAME_BYTES = 65535;
/** Longest string that is taken for one: chat templates have some ten thousand bytes. */
const STRING_BYTES = 16_000_000;
/** Arrays of arrays are passed over, not kept; llama.cpp reads none. */
const DEPTH = 3;
/** Far above what models have: some fifty entries, ten to thirty megabytes with the vocabulary. */
const ENTRY_LIMIT = 20_000;
const METADATA_BYTES = 256_000_000;
const ITEM_LIMIT = 10_000_000;
/** Bytes of the shortest entry: an empty key's length, the value's type, a byte. */
const ENTRY_BYTES = 8 + 4 + 1;

const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Vocabularies may hold bytes that are no text. */
const LOOSE_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** `count` entries of key, type and value. Rejects with CheckpointError, naming the key. */
export async function readMetadata(cursor: Cursor, count: number, wants: WantsArray): Promise<GgufMetadata> {
  requireRoom(cursor, count, ENTRY_BYTES, 'metadata entries');
  if (count > ENTRY_LIMIT) throw tooLarge(cursor, `${count} metadata entries, expected ${ENTRY_LIMIT} at most`);
  const metadata = new Map<string, GgufValue>();
  for (let at = 0; at < count; at++) {
    const key = await readName(cursor, `the key of metadata entry ${at}`);
    const where = `metadata ${quote(key)}`;
    if (metadata.has(key)) {
      throw new CheckpointError('duplicate-key', `${cursor.source.name}: ${where} is there twice`);
    }
    const type = await readType(cursor, where);
    metadata.set(key, await readValue(cursor, type, where, (length) => wants(key, length), 0));
    if (cursor.position() > METADATA_BYTES) {
      throw tooLarge(cursor, `${where} ends at byte ${cursor.position()}, expected ${METADATA_BYTES} at most`);
    }
  }
  return metadata;
}

/** A key or tensor name: UTF-8. */
export async function readName(cursor: Cursor, what: string): Promise<string> {
  const length = await readSize(cursor, what);
  if (length > NAME_BYTES) {
    throw tooLarge(cursor, `${what} claims ${length} bytes, expected at most ${NAME_BYTES}`);
  }
  await cursor.need(length, what);
  try {
    return UTF8.decode(cursor.take(length));
  } catch {
    throw new CheckpointError('not-utf8', `${cursor.source.name}: ${what} is not UTF-8; the file is damaged`);
  }
}

/** A 64-bit count or length as a number. */
export async function readSize(cursor: Cursor, what: string): Promise<number> {
  if (!cursor.has(8)) await cursor.need(8, what);
  return takeSize(cursor, what);
}

/** The same of bytes that are there; vocabularies are passed over without a promise for each token. */
function takeSize(cursor: Cursor, what: string): number {
  const value = cursor.take(8).getBigUint64(0, true);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new CheckpointError(
    'bad-integer',
    `${cursor.source.name}: ${what} claims ${value.toString()}, expected less than 2^53; the file is damaged`,
  );
}

/** Refuses a count that the rest of the file can't hold, before anything is made for it. */
export function requireRoom(cursor: Cursor, count: number, bytes: number, what: string): void {
  if (count <= cursor.left() / bytes) return;
  throw new CheckpointError(
    'header-past-end',
    `${cursor.source.name}: claims ${count} ${what}, which the ${cursor.left()} bytes from ${cursor.position()} on can't hold; the file is damaged or cut short, fetch it again`,
  );
}

function tooLarge({ source }: Cursor, what: string): CheckpointError {
  return new CheckpointError('header-too-large', `${source.name}: ${what}; the file is damaged`);
}

async function readType(cursor: Cursor, where: string): Promise<ValueType> {
  await cursor.need(4, `the type of ${where}`);
  const number = cursor.take(4).getUint32(0, true);
  const type = VALUE_TYPES[number];
  if (type) return type;
  throw new CheckpointError(
    'wrong-type',
    `${cursor.source.name}: ${where} has the type ${number}, expected 0 to ${VALUE_TYPES.length - 1}; the file is damaged, or of a newer version`,
  );
}

async function readValue(
  cursor: Cursor,
  type: ValueType,
  where: string,
  wants: (length: number) => boolean,
  depth: number,
): Promise<GgufValue> {
  switch (type.name) {
    case 'string':
      return readString(cursor, where);
    case 'array':
      return readArray(cursor, where, wants, depth);
    default:
      if (!cursor.has(type.bytes)) await cursor.need(type.bytes, where);
      return scalar(cursor.take(type.bytes), type.name, cursor, where);
  }
}

async function readString(cursor: Cursor, where: string): Promise<string> {
  const length = await readSize(cursor, where);
  if (!cursor.has(length)) {
    if (length > STRING_BYTES && length <= cursor.left()) {
      throw tooLarge(cursor, `${where} is a string of ${length} bytes, expected ${STRING_BYTES} at most`);
    }
    await cursor.need(length, where);
  }
  return LOOSE_UTF8.decode(cursor.take(length));
}

async function readArray(
  cursor: Cursor,
  where: string,
  wants: (length: number) => boolean,
  depth: number,
): Promise<GgufArray> {
  if (depth === DEPTH) {
    throw new CheckpointError('too-deep', `${cursor.source.name}: ${where} holds arrays more than ${DEPTH} deep`);
  }
  const type = await readType(cursor, where);
  const length = await readSize(cursor, `the length of ${where}`);
  requireRoom(cursor, length, leastBytes(type), `items of ${where}`);
  if (type.name !== 'array' && depth === 0 && wants(length)) {
    if (length > ITEM_LIMIT) throw tooLarge(cursor, `${where} has ${length} items, expected ${ITEM_LIMIT} at most`);
    const items: GgufValue[] = [];
    for (let at = 0; at < length; at++) items.push(await readValue(cursor, type, where, wants, depth + 1));
    return { length, items };
  }
  if (type.bytes > 0) cursor.skip(length * type.bytes, where);
  else if (type.name === 'array') for (let at = 0; at < length; at++) await readArray(cursor, where, wants, depth + 1);
  else {
    for (let at = 0; at < length; at++) {
      if (!cursor.has(8)) await cursor.need(8, where);
      cursor.skip(takeSize(cursor, where), where);
    }
  }
  return { length };
}

/** Of one item in an array. */
function leastBytes({ name, bytes }: ValueType): number {
  if (name === 'string') return 8;
  return name === 'array' ? 12 : bytes;
}

type ScalarName = Exclude<ValueType['name'], 'string' | 'array'>;

function scalar(view: DataView, name: ScalarName, { source }: Cursor, where: string): GgufValue {
  switch (name) {
    case 'uint8':
      return view.getUint8(0);
    case 'int8':
      return view.getInt8(0);
    case 'uint16':
      return view.getUint16(0, true);
    case 'int16':
      return view.getInt16(0, true);
    case 'uint32':
      return view.getUint32(0, true);
    case 'int32':
      return view.getInt32(0, true);
    case 'float32':
      return view.getFloat32(0, true);
    case 'float64':
      return view.getFloat64(0, true);
    case 'uint64':
      return narrow(view.getBigUint64(0, true));
    case 'int64':
      return narrow(view.getBigInt64(0, true));
    case 'bool': {
      const byte = view.getUint8(0);
      if (byte <= 1) return byte === 1;
      throw new CheckpointError('wrong-type', `${source.name}: ${where} is a bool of ${byte}, expected 0 or 1`);
    }
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
