/** A format of the user's own, under `formats:` of a policy. Plain data, so that it can be posted to a worker. */
export type FormatDefinition =
  | {
      readonly kind: 'float';
      readonly exponent: number;
      readonly mantissa: number;
      /** Whether the highest exponent holds infinities and NaN, as IEEE 754 has it, or further numbers. */
      readonly special: 'ieee' | 'finite';
    }
  | { readonly kind: 'codebook'; readonly codes: readonly number[]; readonly group: number };
