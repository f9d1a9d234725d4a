import { storageBytes } from '../../checkpoint/storage-dtype';
import type { NumberFormat } from '../format';
import { requireGranularity } from '../scaling';

/**
 * IEEE binary64. Every cast starts from float32, so this is a wider place for the same numbers; a tensor that is F64
 * already is kept as it is.
 */
export const fp64: NumberFormat = {
  id: 'fp64',
  aliases: ['f64', 'float64', 'torch.float64', 'double'],
  title: 'IEEE double precision, 1-11-52',
  family: 'float',
  bits: 64,
  largest: Number.MAX_VALUE,
  codePoints: undefined,
  granularities: ['none'],
  defaultScale: { kind: 'none' },
  defaultScaleDtype: 'F32',
  stochastic: false,
  source: 'IEEE 754-2019, binary64',

  parts(shape, cast) {
    requireGranularity(fp64, cast);
    return [{ role: 'codes', dtype: 'F64', shape, bytes: storageBytes('F64', shape) }];
  },

  encodeRows(values) {
    const codes = new Uint8Array(Float64Array.from(values).buffer);
    return { codes, scales: new Uint8Array(0), saturated: 0, flushed: 0 };
  },

  decodeRows({ codes }) {
    return Float32Array.from(new Float64Array(codes.slice().buffer));
  },
};
