import { storageBytes } from '../../checkpoint/storage-dtype';
import type { NumberFormat } from '../format';
import { requireGranularity } from '../scaling';

const NO_SCALES = new Uint8Array(0);

/** IEEE binary32: the values as they are read. */
export const fp32: NumberFormat = {
  id: 'fp32',
  aliases: ['f32', 'float32', 'torch.float32', 'float'],
  title: 'IEEE single precision, 1-8-23',
  family: 'float',
  bits: 32,
  largest: 3.4028234663852886e38,
  codePoints: undefined,
  granularities: ['none'],
  defaultScale: { kind: 'none' },
  defaultScaleDtype: 'F32',
  stochastic: false,
  source: 'IEEE 754-2019, binary32',

  parts(shape, cast) {
    requireGranularity(fp32, cast);
    return [{ role: 'codes', dtype: 'F32', shape, bytes: storageBytes('F32', shape) }];
  },

  encodeRows(values) {
    const codes = new Uint8Array(values.length * 4);
    codes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return { codes, scales: NO_SCALES.slice(), saturated: 0, flushed: 0 };
  },

  decodeRows({ codes }) {
    return new Float32Array(codes.slice().buffer);
  },
};
