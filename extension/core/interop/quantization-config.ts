import type { Cast } from '../formats/format';
import { INTEGER_BITS } from '../formats/integers/integer-codes';
import type { Plan, PlannedTensor } from '../resolve/plan';
import { bitsandbytesLoading } from './bitsandbytes-loading';
import { blockScheme } from './block-scheme';
import { BITSANDBYTES_TYPE } from './stored-names';
import { unreadBy } from './unread-by';

/** How a written checkpoint tells loaders what its tensors are, and which loader understands the mix. */
export interface Loading {
  readonly kind: 'plain' | 'compressed-tensors' | 'bitsandbytes' | 'none';
  /** One sentence for the user. */
  readonly note: string;
  /** Value of `quantization_config` in config.json, when the loader needs one. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
}

interface CastTensor {
  readonly name: string;
  readonly module: string;
  readonly planned: PlannedTensor;
  readonly cast: Cast;
}

const PLAIN = new Set(['fp32', 'bf16', 'fp16', 'fp64']);

/**
 * Chooses the loader for a plan. compressed-tensors holds e4m3, int8 and int4 linear weights side by side;
 * bitsandbytes holds nf4 or its fp4 beside 16-bit weights and nothing else. Only weights of linear layers can be
 * quantized for either: a quantized embedding or norm has no loader.
 */
export function loading(plan: Plan): Loading {
  const quantized = plan.tensors.flatMap(quantizedTensor);
  if (quantized.length === 0) {
    return { kind: 'plain', note: 'plain safetensors: every loader reads it', config: undefined };
  }
  const misfit = quantized.find(({ planned }) => !isLinearWeight(planned));
  if (misfit) return none(`${misfit.name} (${misfit.planned.tensor.role}) is not the weight of a linear layer`);
  const turned = quantized.find(({ cast }) => cast.rotate !== undefined);
  if (turned) return none(`${turned.name} is rotated in runs of ${turned.cast.rotate}, which no loader turns back`);
  const split = quantized.find(({ cast }) => cast.outliers !== undefined);
  if (split) return none(`${split.name} keeps outlier columns in 16 bit beside its codes, which no loader joins`);
  const flat = quantized.filter(({ cast }) => cast.format in BITSANDBYTES_TYPE);
  if (flat.length === quantized.length) return bitsandbytes(plan, quantized);
  if (flat[0]) {
    const { name, cast } = flat[0];
    return none(`${name} is ${cast.format}, which bitsandbytes reads only beside 16-bit weights`);
  }
  const schemes = new Map<string, { readonly scheme: Scheme; readonly modules: string[] }>();
  for (const { name, module, cast } of quantized) {
    const scheme = compressedScheme(cast);
    if (!scheme) return none(`${name}: ${cast.format} with this scale has no spelling that compressed-tensors knows`);
    const key = JSON.stringify(scheme);
    const known = schemes.get(key);
    if (known) known.modules.push(module);
    else schemes.set(key, { scheme, modules: [module] });
  }
  return compressedTensors(plan, quantized, [...schemes.values()]);
}

function none(reason: string): Loading {
  return {
    kind: 'none',
    note: `no loader reads this mix directly: ${reason}; downcast.json describes every stored tensor`,
    config: undefined,
  };
}

function quantizedTensor(planned: PlannedTensor): readonly CastTensor[] {
  const { treatment, tensor } = planned;
  if (treatment.kind === 'keep' || PLAIN.has(treatment.cast.format)) return [];
  return [{ name: tensor.name, module: tensor.name.replace(/\.weight$/, ''), planned, cast: treatment.cast }];
}

function isLinearWeight({ tensor }: PlannedTensor): boolean {
  const linear = tensor.role.startsWith('attention-') || tensor.role.startsWith('mlp-') || tensor.role === 'head';
  return linear && tensor.shape.length === 2 && tensor.name.endsWith('.weight');
}

/** `weights` and `format` of a compressed-tensors config group (compressed_tensors QuantizationArgs). */
export interface Scheme {
  readonly format:
    | 'float-quantized'
    | 'int-quantized'
    | 'pack-quantized'
    | 'mxfp8-quantized'
    | 'mxfp6-pack-quantized'
    | 'mxfp4-pack-quantized'
    | 'nvfp4-pack-quantized';
  readonly weights: Readonly<Record<string, unknown>>;
}

export function compressedScheme(cast: Cast): Scheme | undefined {
  const strategy = strategyOf(cast);
  const plainScale = cast.scaleDtype !== 'F8_E4M3' && cast.scaleDtype !== 'F8_E8M0';
  const shared = { ...strategy, symmetric: cast.symmetric !== false, dynamic: false };
  const packedBits = cast.format === 'ternary' ? 2 : INTEGER_BITS.get(cast.format);
  if (!strategy || cast.definition) return undefined;
  if (cast.format === 'fp8_e4m3' && plainScale) {
    return { format: 'float-quantized', weights: { num_bits: 8, type: 'float', ...shared } };
  }
  if (cast.format === 'int8' && plainScale) {
    return { format: 'int-quantized', weights: { num_bits: 8, type: 'int', ...shared } };
  }
  if (packedBits !== undefined && plainScale && cast.scale.kind !== 'tensor') {
    return { format: 'pack-quantized', weights: { num_bits: packedBits, type: 'int', ...shared } };
  }
  return blockScheme(cast);
}

function strategyOf({ scale }: Cast): Readonly<Record<string, unknown>> | undefined {
  switch (scale.kind) {
    case 'none':
      return undefined;
    case 'tensor':
    case 'channel':
      return { strategy: scale.kind };
    case 'group':
      return { strategy: 'group', group_size: scale.size };
    case 'block':
      return { strategy: 'block', block_structure: [scale.rows, scale.columns] };
  }
}

function compressedTensors(
  plan: Plan,
  quantized: readonly CastTensor[],
  groups: readonly { readonly scheme: Scheme; readonly modules: readonly string[] }[],
): Loading {
  const formats = new Set(groups.map(({ scheme }) => scheme.format));
  const unread = unreadNote(quantized);
  return {
    kind: 'compressed-tensors',
    note: `compressed-tensors, the layout that ${unread ? 'vLLM reads' : 'transformers and vLLM read'}${unread ?? ''}`,
    config: {
      quant_method: 'compressed-tensors',
      format: formats.size === 1 ? [...formats][0] : 'mixed-precision',
      quantization_status: 'compressed',
      ignore: untouchedModules(plan, quantized),
      config_groups: Object.fromEntries(
        groups.map(({ scheme, modules }, at) => [
          `group_${at}`,
          { format: scheme.format, targets: modules, weights: scheme.weights },
        ]),
      ),
    },
  };
}

/** What transformers can't load of it, if anything. */
function unreadNote(quantized: readonly CastTensor[]): string | undefined {
  const found = quantized.find(({ cast }) => unreadBy('compressed-tensors', cast));
  return found && `; ${found.name}: ${unreadBy('compressed-tensors', found.cast)!}`;
}

function bitsandbytes(plan: Plan, quantized: readonly CastTensor[]): Loading {
  const tensors = quantized.map(({ name, planned, cast }) => ({ name, shape: planned.tensor.shape, cast }));
  const how = bitsandbytesLoading(tensors, untouchedModules(plan, quantized));
  return 'reason' in how ? none(how.reason) : { kind: 'bitsandbytes', ...how };
}

/** Linear modules that stay as they are; loaders take every linear layer not named here for quantized. */
function untouchedModules(plan: Plan, quantized: readonly CastTensor[]): readonly string[] {
  const names = new Set(quantized.map(({ name }) => name));
  return plan.tensors
    .filter((planned) => isLinearWeight(planned) && !names.has(planned.tensor.name))
    .map(({ tensor }) => tensor.name.replace(/\.weight$/, ''))
    .concat('lm_head')
    .filter((module, at, all) => all.indexOf(module) === at);
}
