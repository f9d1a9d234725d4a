import { storageBytes } from '../checkpoint/storage-dtype';
import type { NumberFormat } from './format';
import { packInt4, packedWords, unpackInt4 } from './int4-packing';
import { integerCodePoints } from './integer-codes';
import { decodeIntegers, encodeIntegers } from './integer-rows';
import { requireGranularity, scaleParts } from './scaling';

const LIMIT = 7;

/** Symmetric 4-bit integers, eight to a 32-bit word: compressed-tensors `pack-quantized`. */
export const int4: NumberFormat = {
  id: 'int4',
  aliases: ['i4', 'torch.int4'],
  title: '4-bit integer, symmetric, -7 to 7',
  family: 'integer',
  bits: 4,
  largest: LIMIT,
  codePoints: integerCodePoints(LIMIT),
  granularities: ['group', 'channel'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  stochastic: true,
  packed: true,
  source: 'Frantar et al., GPTQ, arXiv 2210.17323 (round to nearest by group); packing of compressed-tensors',

  parts(shape, cast) {
    requireGranularity(int4, cast);
    const words = [...shape.slice(0, -1), packedWords(shape.at(-1) ?? 1)];
    return [
      { role: 'codes', dtype: 'I32', shape: words, bytes: storageBytes('I32', words) },
      ...scaleParts(shape, cast),
      { role: 'shape', dtype: 'I64', shape: [shape.length], bytes: storageBytes('I64', [shape.length]) },
    ];
  },

  encodeRows(values, matrix, cast, range, firstElement = 0) {
    const rows = encodeIntegers(values, matrix, cast, range, firstElement, LIMIT);
    return { ...rows, codes: packInt4(rows.codes, matrix) };
  },

  decodeRows({ codes, scales }, matrix, cast) {
    return decodeIntegers(unpackInt4(codes, matrix), scales, matrix, cast);
  },
};
