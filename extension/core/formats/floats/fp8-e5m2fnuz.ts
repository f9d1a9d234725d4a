import { E5M2FNUZ_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 57344. */
export const fp8E5m2fnuz = floatFormat({
  id: 'fp8_e5m2fnuz',
  aliases: ['f8_e5m2fnuz', 'e5m2fnuz', 'float8_e5m2fnuz', 'torch.float8_e5m2fnuz'],
  title: '8-bit float, 1-5-2, unsigned zero',
  layout: E5M2FNUZ_LAYOUT,
  storage: 'F8_E5M2FNUZ',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'Noune et al., 8-bit Numerical Formats for Deep Neural Networks, arXiv 2206.02915',
});
