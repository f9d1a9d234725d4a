import type { TensorInfo, TreeTensor } from '../checkpoint/tensor';
import type { Cast } from '../formats/format';
import type { FormatTable } from '../formats/format-table';
import type { Target } from '../policy/keys';
import { compressedScheme } from './quantization-config';

/** Floats of 16 bits and more, which every loader reads as they are. */
const PLAIN: ReadonlySet<string> = new Set(['fp64', 'fp32', 'bf16', 'fp16']);

/** What bitsandbytes' 4-bit layers hold; one of them a checkpoint. */
const BITSANDBYTES: ReadonlySet<string> = new Set(['nf4', 'e2m1_bnb']);

/** Bits and groups of mlx.core.quantize, mode affine. */
const MLX_BITS: ReadonlySet<string> = new Set(['int2', 'int3', 'int4', 'int5', 'int6', 'int8']);
const MLX_GROUPS: readonly number[] = [32, 64, 128];
const MLX_FLOATS: ReadonlySet<string> = new Set(['mxfp4', 'mxfp8', 'nvfp4']);

const TORCHAO: ReadonlySet<string> = new Set(['int8', 'int4', 'fp8_e4m3', 'fp8_e5m2', 'mxfp8', 'mxfp4', 'nvfp4']);
const MODELOPT: ReadonlySet<string> = new Set(['fp8_e4m3', 'nvfp4', 'int4', 'int8', 'mxfp8', 'mxfp4']);
const TT_XLA: ReadonlySet<string> = new Set(['bfp8', 'bfp4']);

/**
 * Why a target can't load a tensor so cast; undefined when it can. `casts` are all casts of the plan, because some
 * targets take no mixture.
 */
export function whyNot(
  target: Target,
  tensor: Pick<TreeTensor, 'role' | 'name'> & Pick<TensorInfo, 'shape'>,
  cast: Cast,
  casts: readonly Cast[],
  formats: FormatTable,
): string | undefined {
  if (PLAIN.has(cast.format)) return undefined;
  if (cast.rotate !== undefined) return 'no loader undoes a rotation';
  if (cast.outliers !== undefined) return 'no loader reads outlier columns beside the codes';
  switch (target) {
    case 'compressed-tensors':
      if (!isLinear(tensor)) return 'it reads quantized weights of linear layers only';
      return compressedScheme(cast) ? undefined : 'it has no spelling for this dtype with this scale';
    case 'bitsandbytes':
      return bitsandbytes(tensor, cast, casts);
    case 'mlx':
      return mlx(cast);
    case 'torchao':
      return among(TORCHAO, cast);
    case 'modelopt':
      return among(MODELOPT, cast);
    case 'tt-xla':
      return among(TT_XLA, cast);
    case 'gguf':
      return formats.find(cast.format)?.format.family === 'block' && isGgml(cast.format)
        ? undefined
        : 'a GGUF file holds ggml blocks and plain floats';
  }
}

/** ggml's own names: q4_0, iq4_nl, tq1_0 and its packing of MXFP4. */
function isGgml(format: string): boolean {
  return /^(?:i?q\d|tq\d|ggml_)/.test(format);
}

function isLinear({ role, shape, name }: Pick<TreeTensor, 'role' | 'name' | 'shape'>): boolean {
  const linear = role.startsWith('attention-') || role.startsWith('mlp-') || role === 'head';
  return linear && shape.length === 2 && name.endsWith('.weight');
}

function bitsandbytes(
  tensor: Pick<TreeTensor, 'role' | 'name' | 'shape'>,
  cast: Cast,
  casts: readonly Cast[],
): string | undefined {
  if (!BITSANDBYTES.has(cast.format))
    return `it holds ${[...BITSANDBYTES].join(' or ')} beside 16-bit weights, nothing else`;
  if (!isLinear(tensor)) return 'it reads quantized weights of linear layers only';
  if (cast.scale.kind !== 'group' || cast.scaleDtype !== 'F32') return 'it wants float32 scales by group';
  const other = casts.find(({ format }) => BITSANDBYTES.has(format) && format !== cast.format);
  return other ? `one checkpoint holds one 4-bit dtype, and ${other.format} is used too` : undefined;
}

function mlx(cast: Cast): string | undefined {
  if (MLX_FLOATS.has(cast.format)) return undefined;
  if (!MLX_BITS.has(cast.format)) return `it holds ${[...MLX_BITS, ...MLX_FLOATS].join(', ')}`;
  if (cast.scale.kind === 'group' && MLX_GROUPS.includes(cast.scale.size)) return undefined;
  return `its groups are ${MLX_GROUPS.join(', ')} elements`;
}

function among(held: ReadonlySet<string>, cast: Cast): string | undefined {
  return held.has(cast.format) ? undefined : `it holds ${[...held].join(', ')} and plain floats`;
}
