import { readFileSync } from 'node:fs';

/** An array of a golden file: test/oracles/formats/store.py. */
export interface GoldenArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Content of a golden file; the caller knows its shape. */
export function golden(name: string): unknown {
  const file = new URL(`../../oracles/golden/formats/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function bytesOf({ base64 }: GoldenArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function floatsOf(array: GoldenArray): Float32Array<ArrayBuffer> {
  if (array.dtype !== 'float32') throw new Error(`the golden array holds ${array.dtype}`);
  return new Float32Array(bytesOf(array).buffer);
}

/** Codes of 8 or 16 bits. */
export function codesOf(array: GoldenArray): Uint8Array | Uint16Array {
  const bytes = bytesOf(array);
  return array.dtype === 'uint16' ? new Uint16Array(bytes.buffer) : bytes;
}
