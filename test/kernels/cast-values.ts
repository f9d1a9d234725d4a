import type { SourceDtype } from '../../extension/core/formats/floats/source-floats';
import { random } from '../core/formats/casts';

/** What a run of weights may hold; each kind asks something else of a cast. */
export type Kind = 'weights' | 'any bits' | 'zeros' | 'tiny' | 'huge' | 'holes' | 'outliers';

export const KINDS: readonly Kind[] = ['weights', 'any bits', 'zeros', 'tiny', 'huge', 'holes', 'outliers'];

/** `count` float32 of a kind; the same for the same seed. */
export function valuesOf(kind: Kind, count: number, seed: number): Float32Array<ArrayBuffer> {
  const next = random(seed);
  const normal = (): number => (next() + next() + next() + next() - 2) * 0.05;
  const bits = (): number => {
    const word = new Uint32Array([(next() * 65536) | ((next() * 65536) << 16)]);
    return new Float32Array(word.buffer)[0]!;
  };
  const make = {
    weights: normal,
    'any bits': bits,
    zeros: () => (next() < 0.5 ? 0 : -0),
    tiny: () => normal() * 2 ** -140,
    huge: () => normal() * 2 ** 132,
    holes: () => [NaN, Infinity, -Infinity, 0, -0, 1e-45, 3.4e38, normal()][Math.floor(next() * 8)]!,
    outliers: () => (next() < 0.02 ? normal() * 1e6 : normal() * 0.1),
  }[kind];
  return Float32Array.from({ length: count }, make);
}

/** Random source bytes of a dtype: every bit pattern may occur. */
export function sourceBytes(dtype: SourceDtype, count: number, seed: number): Uint8Array<ArrayBuffer> {
  const size = { F64: 8, F32: 4, BF16: 2, F16: 2, F8_E4M3: 1, F8_E5M2: 1 }[dtype];
  const next = random(seed);
  return Uint8Array.from({ length: count * size }, () => next() * 256);
}
