import { parseHex } from './contrast';

/** Kinds of themes as far as colours of data go; high contrast adds borders, not other colours. */
export type Tone = 'dark' | 'light';

/**
 * One colour a dtype, the same hue in every theme: 16 bits and more cool, 8 bits green to yellow, 4 bits warm.
 * Chosen by searching hue, lightness and chroma for the largest least distance between any two, as seen with
 * normal, protan, deutan and tritan vision (simulated after Machado et al. 2009); a test holds the distance.
 */
const CATEGORICAL: Readonly<Record<Tone, Readonly<Record<string, string>>>> = {
  dark: {
    fp32: '#7a7e8b',
    bf16: '#375fb2',
    fp16: '#3eaed5',
    fp8_e4m3: '#78d7b2',
    fp8_e5m2: '#616415',
    int8: '#eeb74a',
    int4: '#e77540',
    nf4: '#8e2d6d',
  },
  light: {
    fp32: '#798093',
    bf16: '#335aad',
    fp16: '#47b7de',
    fp8_e4m3: '#7ee9c5',
    fp8_e5m2: '#616601',
    int8: '#f1c050',
    int4: '#e37c42',
    nf4: '#862b63',
  },
};

/** Dtypes that no policy casts to (integers, packed codes) share one; their text tells them apart. */
const OTHER: Readonly<Record<Tone, string>> = { dark: '#363636', light: '#9d9d9d' };

/** A cell whose tensors differ: ground and stripes, and the one colour of a cell too small for stripes. */
export interface Mixture {
  readonly ground: string;
  readonly stripe: string;
  readonly solid: string;
}

const MIXTURE: Readonly<Record<Tone, Mixture>> = {
  dark: { ground: '#262626', stripe: '#4f4f4f', solid: '#d8d8d8' },
  light: { ground: '#f1f1f1', stripe: '#c9c9c9', solid: '#2e2e2e' },
};

/** Dtypes with a colour of their own, wide to narrow: the order of every legend. */
export const COLOURED_DTYPES: readonly string[] = Object.keys(CATEGORICAL.dark);

export function dtypeColour(dtype: string, tone: Tone): string {
  const colours = CATEGORICAL[tone];
  return Object.hasOwn(colours, dtype) ? colours[dtype]! : OTHER[tone];
}

export function mixtureColours(tone: Tone): Mixture {
  return MIXTURE[tone];
}

export type Ramp = 'bytes' | 'error';

/** Stops of the sequential scales, low to high: away from the background, in steps of about equal lightness. */
const RAMPS: Readonly<Record<Ramp, Readonly<Record<Tone, readonly string[]>>>> = {
  bytes: {
    dark: ['#1c2f44', '#1f527f', '#2f80b8', '#68b5de', '#c9ecff'],
    light: ['#e3f0fa', '#a9d2ed', '#5ba2d3', '#2468a7', '#0b2e62'],
  },
  error: {
    dark: ['#332345', '#6d2c6b', '#b4474f', '#e7863b', '#fcdd80'],
    light: ['#fdf2d3', '#f6c36d', '#df793a', '#a6364b', '#4b1957'],
  },
};

export function rampStops(ramp: Ramp, tone: Tone): readonly string[] {
  return RAMPS[ramp][tone];
}

/** Colour at `share` (0 to 1) of a scale; shares outside are taken as its ends. */
export function rampColour(ramp: Ramp, tone: Tone, share: number): string {
  const stops = RAMPS[ramp][tone];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const [from, to] = [parseHex(stops[low]!), parseHex(stops[low + 1]!)];
  const mixed = from.map((channel, index) => Math.round(channel + (to[index]! - channel) * (at - low)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
