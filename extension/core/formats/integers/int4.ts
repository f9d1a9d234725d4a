import { integerFormat } from './integer-format';

/** 4-bit integers, eight to a 32-bit word: compressed-tensors `pack-quantized`. */
export const int4 = integerFormat({
  bits: 4,
  aliases: ['i4', 'torch.int4'],
  granularities: ['group', 'channel', 'tensor'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  source: 'Frantar et al., GPTQ, arXiv 2210.17323 (round to nearest by group); packing of compressed-tensors',
});
