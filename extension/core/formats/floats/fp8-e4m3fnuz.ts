import { E4M3FNUZ_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 240: the 8-bit float of AMD MI300. */
export const fp8E4m3fnuz = floatFormat({
  id: 'fp8_e4m3fnuz',
  aliases: ['f8_e4m3fnuz', 'e4m3fnuz', 'float8_e4m3fnuz', 'torch.float8_e4m3fnuz'],
  title: '8-bit float, 1-4-3, unsigned zero',
  layout: E4M3FNUZ_LAYOUT,
  storage: 'F8_E4M3FNUZ',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'Noune et al., 8-bit Numerical Formats for Deep Neural Networks, arXiv 2206.02915',
});
