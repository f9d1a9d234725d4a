import type { Cast, Granularity } from '../../../extension/core/formats/format';
import { FORMATS } from '../../../extension/core/formats/registry';

/** A cast with a format's own defaults, but for what is given. */
export function castOf(format: string, changes: Partial<Cast> = {}): Cast {
  const { defaultScale, defaultScaleDtype } = FORMATS.get(format)!;
  return {
    format,
    scale: defaultScale,
    scaleDtype: defaultScaleDtype,
    round: { kind: 'nearest' },
    overflow: 'saturate',
    ...changes,
  };
}

export const group = (size: number): Granularity => ({ kind: 'group', size });
export const channel: Granularity = { kind: 'channel' };
export const tensor: Granularity = { kind: 'tensor' };
export const none: Granularity = { kind: 'none' };

/** A small seeded generator of uniform numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Roughly normal weights. */
export function weights(count: number, seed: number): Float32Array<ArrayBuffer> {
  const next = random(seed);
  return Float32Array.from({ length: count }, () => (next() + next() + next() + next() - 2) * 0.05);
}
