import { describe, expect, test } from 'vitest';
import { partShape, partValues, type WeightPart } from '../../../extension/core/model/weights';

/** 0, 1, 2 ... */
const counting = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);

describe('weights cut from a tensor', () => {
  test.each<[string, readonly number[], Omit<WeightPart, 'as'>, readonly number[], readonly number[]]>([
    ['all of a matrix', [2, 2], {}, [2, 2], [0, 1, 2, 3]],
    ['all of a vector', [3], {}, [3], [0, 1, 2]],
    ['rows of a fused projection', [4, 2], { rows: { first: 1, count: 2 } }, [2, 2], [2, 3, 4, 5]],
    ['elements of a fused bias', [4], { rows: { first: 1, count: 2 } }, [2], [1, 2]],
    ['rows of every head', [6, 2], { rows: { first: 1, count: 1, every: 3, times: 2 } }, [2, 2], [2, 3, 8, 9]],
    ['elements of every head', [6], { rows: { first: 2, count: 1, every: 3, times: 2 } }, [2], [2, 5]],
    ['one expert of a stack', [2, 2, 2], { rows: { first: 2, count: 2 } }, [2, 2], [4, 5, 6, 7]],
    ['a transposed matrix', [2, 3], { transposed: true }, [3, 2], [0, 3, 1, 4, 2, 5]],
    ['columns of it', [2, 3], { transposed: true, rows: { first: 1, count: 2 } }, [2, 2], [1, 4, 2, 5]],
    ['a norm stored as the difference from 1', [3], { plus: 1 }, [3], [1, 2, 3]],
  ])('%s', (_, shape, part, wantedShape, wanted) => {
    const values = counting(shape.reduce((a, b) => a * b, 1));
    expect(partShape(shape, { as: 'w', ...part })).toEqual(wantedShape);
    expect([...partValues(values, shape, { as: 'w', ...part })]).toEqual(wanted);
  });

  test('the tensor itself is left as it was', () => {
    const values = counting(3);
    partValues(values, [3], { as: 'w', plus: 1 });
    expect([...values]).toEqual([0, 1, 2]);
  });
});
