import { E5M2_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 57344. */
export const fp8E5m2 = floatFormat({
  id: 'fp8_e5m2',
  aliases: ['f8_e5m2', 'e5m2', 'float8_e5m2', 'torch.float8_e5m2'],
  title: '8-bit float, 1-5-2, IEEE-like',
  layout: E5M2_LAYOUT,
  storage: 'F8_E5M2',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'Micikevicius et al., FP8 Formats for Deep Learning, arXiv 2209.05433',
});
