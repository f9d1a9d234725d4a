import { E4M3_LAYOUT } from './float-codes';
import { floatFormat } from './float-format';

/**
 * Scaled by amax / 448, as compressed-tensors `float-quantized` and vLLM's fp8 read it. Under `block 128x128` the scales
 * are those that DeepSeek-V3 calls `weight_scale_inv`: values are code * scale, with ragged blocks at the edges. They are
 * stored as compressed-tensors' strategy `block` names them, `weight_scale`.
 */
export const fp8E4m3 = floatFormat({
  id: 'fp8_e4m3',
  aliases: ['fp8', 'f8_e4m3', 'e4m3', 'fp8_e4m3fn', 'float8_e4m3fn', 'torch.float8_e4m3fn'],
  title: '8-bit float, 1-4-3, no infinity',
  layout: E4M3_LAYOUT,
  storage: 'F8_E4M3',
  granularities: ['channel', 'tensor', 'group', 'block', 'none'],
  defaultScale: { kind: 'channel' },
  source: 'Micikevicius et al., FP8 Formats for Deep Learning, arXiv 2209.05433',
});
