import { Refusal } from './describe/refusal';

/** How the angle of a position is found. Names and keys are those of transformers' `rope_parameters`. */
export type RotaryScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  | { readonly kind: 'dynamic'; readonly factor: number; readonly maxPositions: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly attentionFactor: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly originalPositions: number;
      readonly truncate: boolean;
    }
  | {
      readonly kind: 'longrope';
      /** A factor a pair of elements; `long` for windows longer than `originalPositions`. */
      readonly short: readonly number[];
      readonly long: readonly number[];
      readonly attentionFactor: number;
      readonly originalPositions: number;
    };

type Json = Readonly<Record<string, unknown>>;

/** What the scaling needs to know of the rest of config.json. */
export interface ScalingContext {
  /** Elements that are turned. */
  readonly size: number;
  readonly maxPositions: number | undefined;
  /** Phi-3 says it outside `rope_scaling`. */
  readonly originalPositions: number | undefined;
  /** Names that a family has for a kind. */
  readonly synonyms: Readonly<Record<string, RotaryScaling['kind']>>;
}

/** The scaling that `rope_parameters` (or `rope_scaling`) asks for. Throws Refusal where it can't be computed. */
export function rotaryScaling(given: Json, context: ScalingContext): RotaryScaling {
  const asked = given['rope_type'] ?? given['type'] ?? 'default';
  const kind = typeof asked === 'string' ? (context.synonyms[asked] ?? asked) : JSON.stringify(asked);
  const number = (key: string): number | undefined => positive(given[key]);
  const need = (key: string, value = number(key)): number => {
    if (value !== undefined) return value;
    throw new Refusal(`rope scaling ${JSON.stringify(kind)} needs ${key}`);
  };
  const original = (): number =>
    need(
      'original_max_position_embeddings',
      context.originalPositions ?? number('original_max_position_embeddings') ?? context.maxPositions,
    );
  switch (kind) {
    case 'default':
      return { kind };
    case 'linear':
      return { kind, factor: need('factor') };
    case 'dynamic':
      return { kind, factor: need('factor'), maxPositions: need('max_position_embeddings', context.maxPositions) };
    case 'llama3':
      return {
        kind,
        factor: need('factor'),
        lowFrequencyFactor: need('low_freq_factor'),
        highFrequencyFactor: need('high_freq_factor'),
        originalPositions: original(),
      };
    case 'yarn': {
      const originalPositions = original();
      const factor = number('factor') ?? need('max_position_embeddings', context.maxPositions) / originalPositions;
      return {
        kind,
        factor,
        attentionFactor: number('attention_factor') ?? yarnAttention(factor, given),
        betaFast: number('beta_fast') ?? 32,
        betaSlow: number('beta_slow') ?? 1,
        originalPositions,
        truncate: given['truncate'] !== false,
      };
    }
    case 'longrope': {
      const originalPositions = original();
      const factor = number('factor') ?? need('max_position_embeddings', context.maxPositions) / originalPositions;
      const spread = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalPositions));
      return {
        kind,
        short: factors(given, 'short_factor', context.size),
        long: factors(given, 'long_factor', context.size),
        attentionFactor: number('attention_factor') ?? spread,
        originalPositions,
      };
    }
    default:
      throw new Refusal(
        `rope scaling ${JSON.stringify(kind)} is not implemented; ` +
          'default, linear, dynamic, llama3, yarn and longrope are',
      );
  }
}

/** YaRN's temperature; DeepSeek's `mscale` keys change it. */
function yarnAttention(factor: number, given: Json): number {
  const of = (scale: number): number => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1);
  const scale = positive(given['mscale']);
  const all = positive(given['mscale_all_dim']);
  return scale && all ? of(scale) / of(all) : of(1);
}

function factors(given: Json, key: string, size: number): readonly number[] {
  const list = given[key];
  if (!Array.isArray(list) || !list.every((each) => positive(each) !== undefined) || list.length !== size / 2) {
    throw new Refusal(`rope scaling "longrope" needs ${key}: ${size / 2} numbers above 0`);
  }
  return list as readonly number[];
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;
}
