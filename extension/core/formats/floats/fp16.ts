import { FP16_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

export const fp16 = floatFormat({
  id: 'fp16',
  aliases: ['f16', 'float16', 'torch.float16', 'half'],
  title: 'IEEE half precision, 1-5-10',
  layout: FP16_LAYOUT,
  storage: 'F16',
  granularities: ['none'],
  defaultScale: { kind: 'none' },
  source: 'IEEE 754-2019, binary16',
});
