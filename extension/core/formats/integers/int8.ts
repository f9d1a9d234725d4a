import { integerFormat } from './integer-format';

/** 8-bit integers, one a byte: compressed-tensors `int-quantized`. */
export const int8 = integerFormat({
  bits: 8,
  aliases: ['i8', 'torch.int8'],
  granularities: ['channel', 'tensor', 'group', 'block'],
  defaultScale: { kind: 'channel' },
  defaultScaleDtype: 'F32',
  source: 'Wu et al., Integer Quantization for Deep Learning Inference, arXiv 2004.09602, section 3.1.2',
});
