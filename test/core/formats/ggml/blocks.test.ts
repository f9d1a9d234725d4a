import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TENSOR_TYPES } from '../../../../extension/core/checkpoint/gguf/types';
import { blockElements, storageBytes, type StorageDtype } from '../../../../extension/core/checkpoint/storage-dtype';
import { BLOCK_TYPES, ggmlBlock } from '../../../../extension/core/formats/ggml/blocks';
import { bytesOf } from '../golden';
import { GOLDEN, inputOf, randomBlocks, type InputName } from './inputs';

const sha256 = (values: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

/** Bits with every NaN the same, as the oracle hashes them. */
const bitsOf = (values: Float32Array): Uint8Array => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return new Uint8Array(bits.map((word, at) => (Number.isNaN(values[at]!) ? 0x7fc00000 : word)).buffer);
};

test.each(Object.keys(GOLDEN.inputs) as InputName[])('the input %s is the one of the oracle', (name) => {
  expect(sha256(inputOf(name))).toBe(GOLDEN.inputs[name]);
});

describe('bytes and values are those of ggml', () => {
  test.each(GOLDEN.casts.map((each) => [each.type, each.input, each] as const))('%s: %s', (type, input, each) => {
    const block = ggmlBlock(type)!;
    const codes = block.encode!(inputOf(input));
    if (typeof each.codes === 'string') expect(sha256(codes)).toBe(each.codes);
    else expect(Buffer.from(codes).toString('hex')).toBe(Buffer.from(bytesOf(each.codes)).toString('hex'));
    expect(sha256(bitsOf(block.decode(codes)))).toBe(each.decoded);
  });
});

describe('any bytes decode as in ggml', () => {
  test.each(GOLDEN.decodes.map((each) => [each.type, each] as const))('%s', (type, { codes, decoded }) => {
    const block = ggmlBlock(type)!;
    const bytes = randomBlocks(block.blockBytes);
    expect(sha256(bytes)).toBe(codes);
    expect(sha256(bitsOf(block.decode(bytes)))).toBe(decoded);
  });
});

test('every type is held against the oracle', () => {
  expect([...BLOCK_TYPES.keys()].sort()).toEqual(GOLDEN.decodes.map(({ type }) => type).sort());
  expect([...BLOCK_TYPES.values()].filter(({ encode }) => encode).map(({ type }) => type)).toHaveLength(
    new Set(GOLDEN.casts.map(({ type }) => type)).size,
  );
});

test('names, numbers and sizes are those that files are read with', () => {
  for (const { type, number, blockSize, blockBytes } of BLOCK_TYPES.values()) {
    expect([type, number, blockSize, blockBytes]).toEqual([
      TENSOR_TYPES.get(number),
      number,
      blockElements(type as StorageDtype),
      storageBytes(type as StorageDtype, [blockSize]),
    ]);
  }
});

test('a part of a block is refused, either way', () => {
  const block = ggmlBlock('Q4_K')!;
  expect(() => block.decode(new Uint8Array(100))).toThrow('100 is no whole number of Q4_K blocks of 144 bytes');
  expect(() => block.encode!(new Float32Array(128))).toThrow('128 is no whole number of Q4_K blocks of 256 values');
  expect(block.decode(new Uint8Array(0))).toHaveLength(0);
  expect(ggmlBlock('q4_k')).toBeUndefined();
});

test('bytes of a block are written whatever lay there', () => {
  const values = inputOf('bell').subarray(0, 512);
  for (const { encode, blockBytes, blockSize, type } of BLOCK_TYPES.values()) {
    if (!encode) continue;
    const second = encode(values).subarray((256 / blockSize) * blockBytes);
    expect([type, Buffer.from(second).toString('hex')]).toEqual([
      type,
      Buffer.from(encode(values.subarray(256))).toString('hex'),
    ]);
  }
});
