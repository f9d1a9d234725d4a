import { expect, test } from 'vitest';
import { encodeShardIndex, parseShardIndex } from '../../../extension/core/checkpoint/shard-index';

const parse = (text: string): ReturnType<typeof parseShardIndex> =>
  parseShardIndex(new TextEncoder().encode(text), 'model.safetensors.index.json');

test('an index says which shard holds which tensor', () => {
  const index = parse('{"metadata":{"total_size":12},"weight_map":{"x":"b.safetensors","y":"a.safetensors"}}');
  expect(index.shards).toEqual(['a.safetensors', 'b.safetensors']);
  expect(index.shardOf.get('x')).toBe('b.safetensors');
  expect(index.totalSize).toBe(12);
});

test('a refused shard name is shown with the reason', () => {
  expect(() => parse('{"weight_map":{"x":"../b.safetensors"}}')).toThrow(
    'model.safetensors.index.json: the shard name "../b.safetensors" is refused: it leads to another folder; expected a plain name such as model-00001-of-00002.safetensors',
  );
});

test('an index is written sorted by name, with the sum of the bytes, and read back the same', () => {
  const text = encodeShardIndex([
    { name: 'b', file: 'm-2.safetensors', bytes: 4 },
    { name: '10', file: 'm-1.safetensors', bytes: 8 },
    { name: 'a "quoted"', file: 'm-1.safetensors', bytes: 2 },
  ]);
  expect(text).toBe(`{
  "metadata": {
    "total_size": 14
  },
  "weight_map": {
    "10": "m-1.safetensors",
    "a \\"quoted\\"": "m-1.safetensors",
    "b": "m-2.safetensors"
  }
}
`);
  const index = parse(text);
  expect(index.totalSize).toBe(14);
  expect([...index.shardOf]).toEqual([
    ['10', 'm-1.safetensors'],
    ['a "quoted"', 'm-1.safetensors'],
    ['b', 'm-2.safetensors'],
  ]);
});
