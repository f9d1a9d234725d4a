import { decodeBlockwise, encodeBlockwise } from './bitsandbytes-blocks';
import { bitsandbytesCodebook } from '../codebooks/codebook';
import { packScales, unpackScales } from '../scaling';

/** Scales that share a scale of their own. */
export const NESTED_GROUP = 256;

/** Decades below 1 that the map covers. */
const DECADES = 7;

/**
 * The map of `create_dynamic_map()`: in each of seven decades below 1 the centres of 1, 2, 4 ... 64 equal parts of
 * 0.1 to 1, their negatives, 0 and 1. Float32 all the way, with the ends of the parts computed from both sides to
 * the middle, as `torch.linspace` does.
 */
function dynamicMap(): readonly number[] {
  const start = Math.fround(0.1);
  const values = [0, 1];
  for (let decade = 0; decade < DECADES; decade++) {
    const parts = 2 ** decade;
    const step = Math.fround(Math.fround(1 - start) / parts);
    const end = (at: number): number =>
      Math.fround(at < (parts + 1) >> 1 ? start + step * at : 1 - step * (parts - at));
    const power = Math.fround(10 ** (decade - DECADES + 1));
    for (let part = 0; part < parts; part++) {
      const centre = Math.fround(power * Math.fround(Math.fround(end(part) + end(part + 1)) / 2));
      values.push(centre, -centre);
    }
  }
  return values.sort((a, b) => a - b);
}

/** What scales are stored as: `nested_quant_map`. */
export const NESTED_CODEBOOK = bitsandbytesCodebook(dynamicMap());

/** Stored scales: their codes and, little-endian float32, the largest magnitude of each 256 of them. */
export interface NestedScales {
  readonly codes: Uint8Array<ArrayBuffer>;
  readonly scales: Uint8Array<ArrayBuffer>;
}

/**
 * Scales less `offset` (the mean of all scales of the tensor), each 8 bits with one float32 for 256 of them: the
 * double quantization of QLoRA as bitsandbytes does it in its backend for any device. Its native CPU kernel finds
 * the code by a table of 65,536 places instead of the nearest, and so loses more near zero.
 */
export function encodeNested(scales: readonly number[], offset: number): NestedScales {
  const centred = Float32Array.from(scales, (scale) => scale - offset);
  const { codes, absmax } = encodeBlockwise(centred, NESTED_GROUP, NESTED_CODEBOOK, 'F32');
  return { codes, scales: packScales(absmax, 'F32') };
}

/** What a loader reads the scales as: code * scale + offset, both steps rounded to float32. */
export function decodeNested({ codes, scales }: NestedScales, offset: number): readonly number[] {
  const centred = decodeBlockwise(codes, unpackScales(scales, 'F32'), NESTED_GROUP, NESTED_CODEBOOK);
  return Array.from(centred, (scale) => Math.fround(scale + offset));
}
