import { expect, test } from 'vitest';
import { encodeStatistics, parseStatistics } from '../../../extension/core/checkpoint/stored-statistics';

const FILES = [
  { file: 'a.safetensors', size: 10 },
  { file: 'b.safetensors', size: 20 },
];
const VALUES = { min: -1, max: 2, std: 0.5, nan: 0, infinite: 0 };
const TEXT = encodeStatistics(FILES, [['w', VALUES]]);

test('statistics come back for the same weight files, in any order', () => {
  expect(parseStatistics(TEXT, FILES)).toEqual(new Map([['w', VALUES]]));
  expect(parseStatistics(TEXT, [...FILES].reverse())?.size).toBe(1);
});

test('those of other weight files, and what is no statistics, count for nothing', () => {
  expect(parseStatistics(TEXT, [FILES[0]!, { file: 'b.safetensors', size: 21 }])).toBeUndefined();
  expect(parseStatistics(TEXT, FILES.slice(0, 1))).toBeUndefined();
  for (const text of ['', '{', 'null', '[]', '{"kind":"downcast-statistics","version":2}']) {
    expect(parseStatistics(text, FILES)).toBeUndefined();
  }
  const broken = TEXT.replace('"std":0.5', '"std":"x"');
  expect(parseStatistics(broken, FILES)).toEqual(new Map());
  const prototype = TEXT.replace('"w"', '"__proto__"');
  expect(parseStatistics(prototype, FILES)?.get('__proto__')).toEqual(VALUES);
});
