import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf, isRecord } from './fields';
import { Refusal } from './refusal';
import type { Rotary } from '../rotary';
import { rotaryScaling, type ScalingContext } from '../rotary-scaling';

/** What differs between families. */
export interface RotaryDefaults {
  /** When config.json does not say: 10,000 for most. */
  readonly theta?: number;
  /** Share of each head that is turned, when config.json does not say: 1 for most. */
  readonly partial?: number;
  /** Whether a share other than 1 may be asked for. */
  readonly partialAllowed?: boolean;
  readonly synonyms?: ScalingContext['synonyms'];
}

/**
 * The rotary embedding of heads of `headSize` elements from `rope_parameters` (transformers 5), or `rope_theta` and
 * `rope_scaling`. Throws Refusal.
 */
export function rotaryOf(config: ModelConfig, headSize: number, defaults: RotaryDefaults = {}): Rotary {
  const fields = fieldsOf(config);
  const given = fields.record('rope_parameters') ?? fields.record('rope_scaling') ?? {};
  const share = given['partial_rotary_factor'] ?? fields.optional('partial_rotary_factor') ?? defaults.partial ?? 1;
  if (typeof share !== 'number' || share <= 0 || share > 1 || (share !== 1 && !defaults.partialAllowed)) {
    throw new Refusal(`partial_rotary_factor ${JSON.stringify(share)} is not implemented`);
  }
  return rotary(config, headSize, Math.trunc(headSize * share), given, defaults);
}

/** From the part of `rope_parameters` for one kind of layer; `size` elements of each head are turned. */
export function rotary(
  config: ModelConfig,
  headSize: number,
  size: number,
  given: Readonly<Record<string, unknown>>,
  { theta = 10_000, synonyms = {} }: Pick<RotaryDefaults, 'theta' | 'synonyms'>,
): Rotary {
  if (size < 2 || size % 2 !== 0) {
    throw new Refusal(`${size} elements of a head of ${headSize} can't be rotated by halves`);
  }
  const own = given['rope_theta'];
  return {
    size,
    theta: typeof own === 'number' ? own : (config.rope_theta ?? theta),
    scaling: rotaryScaling(given, {
      size,
      maxPositions: config.max_position_embeddings,
      originalPositions: fieldsOf(config).optional('original_max_position_embeddings'),
      synonyms,
    }),
  };
}

/** `rope_parameters` of one kind of layer where they differ (Gemma 3 from transformers 5 on). */
export function rotaryPart(config: ModelConfig, kind: string): Readonly<Record<string, unknown>> | undefined {
  const part = fieldsOf(config).record('rope_parameters')?.[kind];
  return isRecord(part) ? part : undefined;
}
