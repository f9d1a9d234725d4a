import type { ModelConfig } from '../checkpoint/model-config';

/** How the angle of a position is found. Names and keys are those of transformers' `rope_parameters`. */
export type RotaryScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    };

/** The scaling that config.json asks for, or the reason why it can't be computed. */
export function rotaryScaling(
  config: ModelConfig,
): RotaryScaling | { readonly kind: 'refused'; readonly reason: string } {
  const { raw } = config;
  const given = record(raw['rope_parameters']) ?? record(raw['rope_scaling']);
  if (!given) return { kind: 'default' };
  const type = given['rope_type'] ?? given['type'] ?? 'default';
  const partial = given['partial_rotary_factor'] ?? raw['partial_rotary_factor'] ?? 1;
  if (partial !== 1) return refused(`partial_rotary_factor ${JSON.stringify(partial)} is not implemented`);
  const factor = positive(given['factor']);
  switch (type) {
    case 'default':
      return { kind: 'default' };
    case 'linear':
      return factor === undefined ? refused('rope scaling "linear" needs a factor') : { kind: 'linear', factor };
    case 'llama3': {
      const lowFrequencyFactor = positive(given['low_freq_factor']);
      const highFrequencyFactor = positive(given['high_freq_factor']);
      const originalPositions = positive(given['original_max_position_embeddings']) ?? config.max_position_embeddings;
      if (factor && lowFrequencyFactor && highFrequencyFactor && originalPositions) {
        return { kind: 'llama3', factor, lowFrequencyFactor, highFrequencyFactor, originalPositions };
      }
      return refused('rope scaling "llama3" needs factor, low_freq_factor and high_freq_factor');
    }
    default:
      return refused(
        `rope scaling "${JSON.stringify(type).replaceAll('"', '')}" is not implemented; default, linear and llama3 are`,
      );
  }
}

/**
 * Radians a position for each pair of elements: headSize / 2 of them, float32 as transformers computes them
 * (`compute_default_rope_parameters`, `_compute_llama3_parameters`).
 */
export function rotaryFrequencies(theta: number, headSize: number, scaling: RotaryScaling): Float32Array {
  const plain = Float32Array.from({ length: headSize / 2 }, (_, i) => 1 / Math.fround(theta ** ((2 * i) / headSize)));
  switch (scaling.kind) {
    case 'default':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'llama3': {
      const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
      return plain.map((frequency) => {
        const wavelength = (2 * Math.PI) / frequency;
        if (wavelength < originalPositions / high) return frequency;
        if (wavelength > originalPositions / low) return frequency / factor;
        const smooth = (originalPositions / wavelength - low) / (high - low);
        return ((1 - smooth) * frequency) / factor + smooth * frequency;
      });
    }
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : undefined;
}

function refused(reason: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason };
}
