import { elementCount, storageBytes, type StorageDtype } from '../checkpoint/storage-dtype';
import { floatBits } from './float-bits';
import { encodeFloat, floatCodePoints, floatTable, layoutBits, type FloatLayout } from './float-codes';
import type { EncodedRows, NumberFormat } from './format';
import { packScales, requireGranularity, rowScales, scaleParts, scaleRuns, unpackScales } from './scaling';
import { randomBits, randomKey } from './stochastic';

/** What sets one small float apart from another. */
export interface FloatDefinition extends Pick<NumberFormat, 'id' | 'aliases' | 'title' | 'source'> {
  readonly layout: FloatLayout;
  readonly storage: StorageDtype;
  /** Granularities, default first. */
  readonly granularities: NumberFormat['granularities'];
  readonly defaultScale: NumberFormat['defaultScale'];
}

/**
 * A float of 8 or 16 bits as a number format. Unscaled it is a plain cast, as torch's `.to()`. Scaled, each
 * element is divided by its scale in float32 and the quotient rounded to the code.
 */
export function floatFormat(definition: FloatDefinition): NumberFormat {
  const { layout, storage, ...described } = definition;
  const bits = layoutBits(layout);
  const table = floatTable(layout);
  const largest = table[layout.largestCode]!;
  const codesArray = (buffer: ArrayBuffer): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> =>
    bits === 8 ? new Uint8Array(buffer) : new Uint16Array(buffer);

  return {
    ...described,
    family: 'float',
    bits,
    largest,
    codePoints: bits <= 8 ? floatCodePoints(layout) : undefined,
    defaultScaleDtype: 'F32',
    stochastic: true,

    parts(shape, cast) {
      requireGranularity(definition, cast);
      const codes = { role: 'codes', dtype: storage, shape, bytes: storageBytes(storage, shape) } as const;
      return [codes, ...scaleParts(shape, cast)];
    },

    encodeRows(values, matrix, cast, range, firstElement = 0): EncodedRows {
      const runs = scaleRuns(matrix, cast.scale);
      const scales = rowScales(values, runs, cast, range, largest);
      const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : undefined;
      const codes = codesArray(new ArrayBuffer((values.length * bits) / 8));
      let saturated = 0;
      let flushed = 0;
      runs.forEach(({ start, length }, run) => {
        const scale = scales[run] ?? 1;
        for (let at = start; at < start + length; at++) {
          const value = values[at]!;
          const scaled = Math.fround(value / scale);
          const random = key === undefined ? undefined : randomBits(key, firstElement + at);
          const { code, overflowed } = encodeFloat(floatBits(scaled), layout, cast.overflow, random);
          codes[at] = code;
          if (overflowed) saturated++;
          if (Math.fround(table[code]! * scale) === 0 && value !== 0 && Number.isFinite(value)) flushed++;
        }
      });
      return { codes: new Uint8Array(codes.buffer), scales: packScales(scales, cast.scaleDtype), saturated, flushed };
    },

    decodeRows({ codes, scales }, matrix, cast) {
      const stored = cast.scale.kind === 'none' ? [] : unpackScales(scales, cast.scaleDtype);
      const elements = elementCount([matrix.rows, matrix.columns]);
      const own = codesArray(codes.slice().buffer);
      const values = new Float32Array(elements);
      scaleRuns(matrix, cast.scale).forEach(({ start, length }, run) => {
        const scale = stored.length === 0 ? undefined : stored[run]!;
        for (let at = start; at < start + length; at++) {
          const value = table[own[at]!]!;
          values[at] = scale === undefined ? value : value * scale;
        }
      });
      return values;
    },
  };
}
