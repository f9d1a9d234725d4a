import { E3M2_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 28. */
export const fp6E3m2 = floatFormat({
  id: 'fp6_e3m2',
  aliases: ['f6_e3m2', 'fp6_e3m2fn', 'float6_e3m2fn'],
  title: '6-bit float, 1-3-2, finite',
  layout: E3M2_LAYOUT,
  storage: 'F6_E3M2',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'OCP Microscaling Formats (MX) Specification 1.0, section 5.3',
});
