import { integerFormat } from './integer-format';

/** 7-bit integers, 32 in 7 words of 32 bits: compressed-tensors `pack-quantized`. */
export const int7 = integerFormat({
  bits: 7,
  aliases: ['i7', 'torch.int7'],
  granularities: ['channel', 'group', 'tensor'],
  defaultScale: { kind: 'channel' },
  defaultScaleDtype: 'BF16',
  source: 'Wu et al., arXiv 2004.09602, section 3.1.2; dense packing of compressed-tensors',
});
