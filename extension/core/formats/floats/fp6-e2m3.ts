import { E2M3_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 7.5. */
export const fp6E2m3 = floatFormat({
  id: 'fp6_e2m3',
  aliases: ['f6_e2m3', 'fp6_e2m3fn', 'float6_e2m3fn'],
  title: '6-bit float, 1-2-3, finite',
  layout: E2M3_LAYOUT,
  storage: 'F6_E2M3',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'OCP Microscaling Formats (MX) Specification 1.0, section 5.3',
});
