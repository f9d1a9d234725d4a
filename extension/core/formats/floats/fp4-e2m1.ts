import { E2M1_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/** Scaled by amax / 6. */
export const fp4E2m1 = floatFormat({
  id: 'fp4_e2m1',
  aliases: ['fp4', 'f4', 'e2m1', 'fp4_e2m1fn', 'float4_e2m1fn', 'float4_e2m1fn_x2', 'torch.float4_e2m1fn_x2'],
  title: '4-bit float, 1-2-1, finite',
  layout: E2M1_LAYOUT,
  storage: 'F4',
  granularities: ['group', 'channel', 'tensor', 'block', 'none'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  source: 'OCP Microscaling Formats (MX) Specification 1.0, section 5.3',
});
