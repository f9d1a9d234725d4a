import { BF16_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

export const bf16 = floatFormat({
  id: 'bf16',
  aliases: ['bfloat16', 'torch.bfloat16'],
  title: 'bfloat16, 1-8-7',
  layout: BF16_LAYOUT,
  storage: 'BF16',
  granularities: ['none'],
  defaultScale: { kind: 'none' },
  source: 'Google Brain bfloat16; rounds as torch.bfloat16 and ml_dtypes.bfloat16',
});
