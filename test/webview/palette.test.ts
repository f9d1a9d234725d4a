import { describe, expect, test } from 'vitest';
import { contrast, textOn } from '../../webview/theme/contrast';
import { COLOURED_DTYPES, dtypeColour, mixtureColours, rampColour, type Tone } from '../../webview/theme/palette';
import { distance, VISION_NAMES } from './colour-vision';

const TONES: readonly Tone[] = ['dark', 'light'];

describe.each(TONES)('the %s palette', (tone) => {
  const dtypes = [...COLOURED_DTYPES, 'i64'];

  test.each(VISION_NAMES)('keeps any two dtypes apart for %s vision', (vision) => {
    for (const [at, a] of dtypes.entries()) {
      for (const b of dtypes.slice(at + 1)) {
        const apart = distance(dtypeColour(a, tone), dtypeColour(b, tone), vision);
        expect(apart, `${a} and ${b}`).toBeGreaterThan(0.09);
      }
    }
  });

  test('lets text be read on every cell', () => {
    const { ground, stripe, solid } = mixtureColours(tone);
    const steps = Array.from({ length: 64 }, (_, step) => step / 63);
    const fills = [
      ...dtypes.map((dtype) => dtypeColour(dtype, tone)),
      ...steps.flatMap((share) => [rampColour('bytes', tone, share), rampColour('error', tone, share)]),
      solid,
    ];
    for (const fill of fills) expect(contrast(textOn(fill), fill), fill).toBeGreaterThanOrEqual(4.5);
    // A striped cell's text stands on both of its colours.
    expect(contrast(textOn(ground), stripe)).toBeGreaterThanOrEqual(4.5);
  });

  test('gives scales that grow away from the background', () => {
    const background = tone === 'dark' ? '#1f1f1f' : '#ffffff';
    for (const ramp of ['bytes', 'error'] as const) {
      const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => contrast(rampColour(ramp, tone, share), background));
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
    }
  });
});

test('dtypes a policy never casts to share one colour', () => {
  expect(dtypeColour('u8', 'dark')).toBe(dtypeColour('i64', 'dark'));
  expect(dtypeColour('constructor', 'dark')).toBe(dtypeColour('i64', 'dark'));
});
