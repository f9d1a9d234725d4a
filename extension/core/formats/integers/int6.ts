import { integerFormat } from './integer-format';

/** 6-bit integers, 32 in 6 words of 32 bits: compressed-tensors `pack-quantized`. */
export const int6 = integerFormat({
  bits: 6,
  aliases: ['i6', 'torch.int6'],
  granularities: ['channel', 'group', 'tensor'],
  defaultScale: { kind: 'channel' },
  defaultScaleDtype: 'BF16',
  source: 'Wu et al., arXiv 2004.09602, section 3.1.2; dense packing of compressed-tensors',
});
