import { integerFormat } from './integer-format';

/** 5-bit integers, 32 in 5 words of 32 bits: compressed-tensors `pack-quantized`. */
export const int5 = integerFormat({
  bits: 5,
  aliases: ['i5', 'torch.int5'],
  granularities: ['group', 'channel', 'tensor'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  source: 'Frantar et al., GPTQ, arXiv 2210.17323 (round to nearest by group); dense packing of compressed-tensors',
});
