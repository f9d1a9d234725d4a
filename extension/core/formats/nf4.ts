import { elementCount, storageBytes } from '../checkpoint/storage-dtype';
import type { Cast, EncodedRows, MatrixShape, NumberFormat } from './format';
import { NF4_CODES, NF4_OVERFLOW, nf4Code } from './nf4-codes';
import { flattenedRowUnit } from './flattened';
import { littleEndian } from './little-endian';
import { nf4State } from './nf4-state';
import {
  SMALLEST_SCALE,
  packScales,
  requireGranularity,
  roundScale,
  runAmax,
  scaleBytes,
  scaleRuns,
  unpackScales,
  type ScaleRun,
} from './scaling';

/** Least divisor that bitsandbytes uses, against division by zero. */
const LEAST = Math.fround(1e-38);

function groupSize(cast: Cast): number {
  return cast.scale.kind === 'group' ? cast.scale.size : 1;
}

/** Groups run over the flattened tensor. */
function groups(matrix: MatrixShape, cast: Cast): readonly ScaleRun[] {
  const elements = matrix.rows * matrix.columns;
  return elements === 0 ? [] : scaleRuns({ rows: 1, columns: elements }, cast.scale);
}

/**
 * NormalFloat-4 with one absmax a group of the flattened tensor: codes, packing and scales byte for byte as
 * bitsandbytes 0.50 `quantize_4bit` on CPU, double quantization off. That includes its two ways to scale: full
 * groups are multiplied by the reciprocal 1 / max(absmax, 1e-38), a last group that is not full is divided by
 * max(absmax, 1e-38), and only there the stored absmax is raised too. The first element is in the high nibble.
 */
export const nf4: NumberFormat = {
  id: 'nf4',
  aliases: ['normalfloat4', 'bnb_nf4'],
  title: '4-bit NormalFloat codebook',
  family: 'codebook',
  bits: 4,
  largest: 1,
  codePoints: [...NF4_CODES],
  granularities: ['group'],
  defaultScale: { kind: 'group', size: 64 },
  defaultScaleDtype: 'F32',
  stochastic: false,
  flattened: true,
  rowUnit: flattenedRowUnit,
  source: 'Dettmers et al., QLoRA, arXiv 2305.14314; bytes of bitsandbytes 0.50',

  parts(shape, cast, source = 'BF16') {
    requireGranularity(nf4, cast);
    const elements = elementCount(shape);
    const pairs = Math.ceil(elements / 2);
    const scales = Math.ceil(elements / groupSize(cast));
    const state = nf4State(shape, groupSize(cast), source).length;
    return [
      { role: 'codes', dtype: 'U8', shape: [pairs, 1], bytes: pairs },
      { role: 'scale', dtype: cast.scaleDtype, shape: [scales], bytes: scales * scaleBytes(cast.scaleDtype) },
      { role: 'codebook', dtype: 'F32', shape: [16], bytes: storageBytes('F32', [16]) },
      { role: 'state', dtype: 'U8', shape: [state], bytes: state },
    ];
  },

  constantPart(role, { shape, dtype }, cast) {
    if (role === 'state') return nf4State(shape, groupSize(cast), dtype);
    if (role !== 'codebook') return undefined;
    return littleEndian([...NF4_CODES], 4, (view, at, code) => view.setFloat32(at, code, true));
  },

  encodeRows(values, matrix, cast): EncodedRows {
    const codes = new Uint8Array(Math.ceil(values.length / 2));
    const scales: number[] = [];
    let saturated = 0;
    let flushed = 0;
    for (const run of groups(matrix, cast)) {
      const full = run.length === groupSize(cast);
      const amax = runAmax(values, run);
      let absmax = roundScale(full ? amax : Math.max(amax, LEAST), cast.scaleDtype);
      if (absmax === 0 && amax > 0) absmax = SMALLEST_SCALE[cast.scaleDtype];
      const divisor = Math.max(absmax, LEAST);
      const reciprocal = Math.fround(1 / divisor);
      scales.push(absmax);
      for (let at = run.start; at < run.start + run.length; at++) {
        const value = values[at]!;
        const scaled = Math.fround(full ? value * reciprocal : value / divisor);
        const code = nf4Code(scaled);
        codes[at >> 1]! |= code << (at % 2 === 0 ? 4 : 0);
        if (Math.abs(scaled) > NF4_OVERFLOW && Number.isFinite(value)) saturated++;
        if (Math.fround(NF4_CODES[code]! * absmax) === 0 && value !== 0 && Number.isFinite(value)) flushed++;
      }
    }
    if (values.length % 2 === 1) codes[codes.length - 1]! |= nf4Code(0);
    return { codes, scales: packScales(scales, cast.scaleDtype), saturated, flushed };
  },

  decodeRows({ codes, scales }, matrix, cast) {
    const stored = unpackScales(scales, cast.scaleDtype);
    const values = new Float32Array(matrix.rows * matrix.columns);
    groups(matrix, cast).forEach(({ start, length }, group) => {
      for (let at = start; at < start + length; at++) {
        const code = (codes[at >> 1]! >> (at % 2 === 0 ? 4 : 0)) & 15;
        values[at] = NF4_CODES[code]! * stored[group]!;
      }
    });
    return values;
  },
};
