import type { NumberFormat, PartRole } from '../formats/format';

/** Suffixes of compressed-tensors: `weight_packed`, `weight_scale`, `weight_shape`, `weight_zero_point`. */
const COMPRESSED_SUFFIX: Readonly<Record<PartRole, string>> = {
  codes: '',
  scale: '_scale',
  'global-scale': '_global_scale',
  'zero-point': '_zero_point',
  shape: '_shape',
  codebook: '_codebook',
  state: '_state',
  'nested-scale': '_nested_scale',
  'nested-codebook': '_nested_codebook',
  outliers: '_outliers',
  'outlier-columns': '_outlier_columns',
};

/** Suffixes of bitsandbytes `QuantState.as_dict(packed=True)`. */
const BITSANDBYTES_SUFFIX: Readonly<Record<PartRole, string>> = {
  codes: '',
  scale: '.absmax',
  'global-scale': '.global_scale',
  'zero-point': '.zero_point',
  shape: '.shape',
  codebook: '.quant_map',
  state: '.quant_state.bitsandbytes__',
  'nested-scale': '.nested_absmax',
  'nested-codebook': '.nested_quant_map',
  outliers: '.outliers',
  'outlier-columns': '.outlier_columns',
};

/** The formats of bitsandbytes, by its own names for them. */
export const BITSANDBYTES_TYPE: Readonly<Record<string, string>> = { nf4: 'nf4', e2m1_bnb: 'fp4' };

/**
 * Name of a stored part of a cast tensor. nf4 and e2m1_bnb are named as bitsandbytes names them, everything else as
 * compressed-tensors does; only packed formats rename the codes, to `X.weight_packed`. The suffix goes after
 * the whole name, so a tensor that is not called `.weight` keeps its name too: `experts.up_proj` becomes
 * `experts.up_proj_packed` and `experts.up_proj_scale`.
 */
export function storedName(tensorName: string, format: Pick<NumberFormat, 'id' | 'packed'>, role: PartRole): string {
  const type = BITSANDBYTES_TYPE[format.id];
  if (type !== undefined) return tensorName + BITSANDBYTES_SUFFIX[role] + (role === 'state' ? type : '');
  if (format.packed && role === 'codes') return `${tensorName}_packed`;
  return tensorName + COMPRESSED_SUFFIX[role];
}
