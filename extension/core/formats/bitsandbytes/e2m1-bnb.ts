import { bitsandbytesFormat } from './bitsandbytes-format';
import { bitsandbytesCodebook } from '../codebooks/codebook';

/** The magnitudes of bitsandbytes (`get_4bit_type("fp4")`) by their three bits, in twelfths. */
const TWELFTHS = [0, 0.0625, 8, 12, 4, 6, 2, 3];

/** Both zeros are used: 1000 for what is above 0 and nearest to it. */
export const E2M1_BNB_CODEBOOK = bitsandbytesCodebook(
  [...TWELFTHS, ...TWELFTHS.map((value) => 0 - value)].map(twelfth),
);

/** Divided in float32, as there. */
function twelfth(value: number): number {
  return Math.fround(value / 12);
}

/** The 4-bit float of bitsandbytes as it stores it: E2M1 but for its subnormal, which is 1/192 of the largest. */
export const e2m1Bnb = bitsandbytesFormat({
  id: 'e2m1_bnb',
  type: 'fp4',
  aliases: ['bnb_fp4', 'fp4_e2m1_bnb'],
  title: '4-bit float of bitsandbytes',
  codebook: E2M1_BNB_CODEBOOK,
  source: 'bitsandbytes 0.50, get_4bit_type("fp4")',
});
