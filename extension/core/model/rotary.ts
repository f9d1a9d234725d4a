import type { RotaryScaling } from './rotary-scaling';

/** Rotary position embedding (Su et al. 2021), half-split as transformers computes it. */
export interface Rotary {
  /** Elements of a head that are turned, an even number. */
  readonly size: number;
  readonly theta: number;
  readonly scaling: RotaryScaling;
}

/** Radians a position for each pair of elements, and what cosines and sines are multiplied with. */
export interface RotaryFrequencies {
  readonly frequencies: Float32Array;
  readonly factor: number;
}

/**
 * size / 2 frequencies in float32 for windows of `positions` tokens, by the formulas of transformers'
 * `modeling_rope_utils`. Only `dynamic` and `longrope` depend on the window.
 */
export function rotaryFrequencies({ size, theta, scaling }: Rotary, positions: number): RotaryFrequencies {
  const plain = powers(theta, size).map((power) => 1 / power);
  switch (scaling.kind) {
    case 'default':
      return { frequencies: plain, factor: 1 };
    case 'linear':
      return { frequencies: plain.map((frequency) => frequency / scaling.factor), factor: 1 };
    case 'dynamic': {
      const { factor, maxPositions } = scaling;
      const stretch = (factor * Math.max(positions, maxPositions)) / maxPositions - (factor - 1);
      const base = theta * stretch ** (size / (size - 2));
      return { frequencies: powers(base, size).map((power) => 1 / power), factor: 1 };
    }
    case 'llama3': {
      const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
      const frequencies = plain.map((frequency) => {
        const wavelength = (2 * Math.PI) / frequency;
        if (wavelength < originalPositions / high) return frequency;
        if (wavelength > originalPositions / low) return frequency / factor;
        const smooth = (originalPositions / wavelength - low) / (high - low);
        return ((1 - smooth) * frequency) / factor + smooth * frequency;
      });
      return { frequencies, factor: 1 };
    }
    case 'yarn': {
      const { factor, attentionFactor } = scaling;
      const ramp = yarnRamp(theta, size, scaling);
      const frequencies = plain.map((frequency, i) => {
        const interpolated = ramp[i]!;
        return (frequency / factor) * interpolated + frequency * (1 - interpolated);
      });
      return { frequencies, factor: attentionFactor };
    }
    case 'longrope': {
      const { short, long, originalPositions, attentionFactor } = scaling;
      const stretch = positions > originalPositions ? long : short;
      const frequencies = powers(theta, size).map((power, i) => 1 / (stretch[i]! * power));
      return { frequencies, factor: attentionFactor };
    }
  }
}

/** theta^(2 i / size). */
function powers(theta: number, size: number): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, i) => theta ** ((2 * i) / size));
}

/** How far each frequency is interpolated, 0 to 1: YaRN (Peng et al. 2023), "NTK-by-parts". */
function yarnRamp(
  theta: number,
  size: number,
  { betaFast, betaSlow, originalPositions, truncate }: Extract<RotaryScaling, { readonly kind: 'yarn' }>,
): Float32Array {
  const pairAt = (rotations: number): number =>
    (size * Math.log(originalPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(truncate ? Math.floor(pairAt(betaFast)) : pairAt(betaFast), 0);
  const high = Math.min(truncate ? Math.ceil(pairAt(betaSlow)) : pairAt(betaSlow), size - 1);
  const width = low === high ? 0.001 : high - low;
  return Float32Array.from({ length: size / 2 }, (_, i) => Math.min(1, Math.max(0, (i - low) / width)));
}
