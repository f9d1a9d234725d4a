import { storageBytes } from '../checkpoint/storage-dtype';
import type { NumberFormat } from './format';
import { integerCodePoints } from './integer-codes';
import { decodeIntegers, encodeIntegers } from './integer-rows';
import { requireGranularity, scaleParts } from './scaling';

const LIMIT = 127;

/** Symmetric 8-bit integers, one a byte: compressed-tensors `int-quantized`. */
export const int8: NumberFormat = {
  id: 'int8',
  aliases: ['i8', 'torch.int8'],
  title: '8-bit integer, symmetric, -127 to 127',
  family: 'integer',
  bits: 8,
  largest: LIMIT,
  codePoints: integerCodePoints(LIMIT),
  granularities: ['channel', 'tensor', 'group'],
  defaultScale: { kind: 'channel' },
  defaultScaleDtype: 'F32',
  stochastic: true,
  source: 'Wu et al., Integer Quantization for Deep Learning Inference, arXiv 2004.09602, section 3.1.2',

  parts(shape, cast) {
    requireGranularity(int8, cast);
    return [{ role: 'codes', dtype: 'I8', shape, bytes: storageBytes('I8', shape) }, ...scaleParts(shape, cast)];
  },

  encodeRows(values, matrix, cast, range, firstElement = 0) {
    const rows = encodeIntegers(values, matrix, cast, range, firstElement, LIMIT);
    return { ...rows, codes: new Uint8Array(rows.codes.buffer) };
  },

  decodeRows({ codes, scales }, matrix, cast) {
    return decodeIntegers(new Int8Array(codes.buffer, codes.byteOffset, codes.length), scales, matrix, cast);
  },
};
