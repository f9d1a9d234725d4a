import { integerFormat } from './integer-format';

/** 3-bit integers, 32 in 3 words of 32 bits: compressed-tensors `pack-quantized`. */
export const int3 = integerFormat({
  bits: 3,
  aliases: ['i3', 'torch.int3'],
  granularities: ['group', 'channel', 'tensor'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  source: 'Frantar et al., GPTQ, arXiv 2210.17323 (round to nearest by group); dense packing of compressed-tensors',
});
