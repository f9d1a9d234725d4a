import { integerFormat } from './integer-format';

/** 2-bit integers, sixteen to a 32-bit word: compressed-tensors `pack-quantized`. */
export const int2 = integerFormat({
  bits: 2,
  aliases: ['i2', 'torch.int2'],
  granularities: ['group', 'channel', 'tensor'],
  defaultScale: { kind: 'group', size: 128 },
  defaultScaleDtype: 'BF16',
  source: 'Frantar et al., GPTQ, arXiv 2210.17323 (round to nearest by group); packing of compressed-tensors',
});
