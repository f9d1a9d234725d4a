import type { Cast } from '../formats/format';
import type { Scheme } from './quantization-config';

/** Formats with the block size and the dtype of scales that compressed-tensors has for them. */
const SCHEMES: ReadonlyMap<
  string,
  { readonly format: Scheme['format']; readonly bits: number; readonly size: number }
> = new Map([
  ['mxfp8', { format: 'mxfp8-quantized', bits: 8, size: 32 }],
  ['mxfp6_e2m3', { format: 'mxfp6-pack-quantized', bits: 6, size: 32 }],
  ['mxfp4', { format: 'mxfp4-pack-quantized', bits: 4, size: 32 }],
  ['nvfp4', { format: 'nvfp4-pack-quantized', bits: 4, size: 16 }],
]);

/**
 * The config group of a block-scaled format, as the presets MXFP8A16, MXFP6A16, MXFP4A16 and NVFP4A16 of
 * compressed-tensors 0.20 have it; undefined for other formats and other block sizes.
 */
export function blockScheme({ format, scale }: Cast): Scheme | undefined {
  const known = SCHEMES.get(format);
  if (!known || scale.kind !== 'group' || scale.size !== known.size) return undefined;
  const nvfp4 = format === 'nvfp4';
  return {
    format: known.format,
    weights: {
      num_bits: known.bits,
      type: 'float',
      strategy: nvfp4 ? 'tensor_group' : 'group',
      group_size: known.size,
      symmetric: true,
      dynamic: false,
      scale_dtype: nvfp4 ? 'torch.float8_e4m3fn' : 'torch.uint8',
    },
  };
}
