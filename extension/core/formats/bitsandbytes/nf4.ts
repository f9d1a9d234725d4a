import { bitsandbytesFormat } from './bitsandbytes-format';
import { bitsandbytesCodebook } from '../codebooks/codebook';

/** The code values of bitsandbytes (`get_4bit_type("nf4")`), exact in float32. */
export const NF4_CODEBOOK = bitsandbytesCodebook([
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]);

/** NormalFloat-4 as bitsandbytes stores it. */
export const nf4 = bitsandbytesFormat({
  id: 'nf4',
  type: 'nf4',
  aliases: ['normalfloat4', 'bnb_nf4'],
  title: '4-bit NormalFloat codebook',
  codebook: NF4_CODEBOOK,
  source: 'Dettmers et al., QLoRA, arXiv 2305.14314; bytes of bitsandbytes 0.50',
});
