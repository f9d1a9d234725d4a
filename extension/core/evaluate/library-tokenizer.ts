type Json = Readonly<Record<string, unknown>>;

/**
 * A tokenizer.json with what the JavaScript library does otherwise than the Rust one in words that both read alike.
 * `Digits` there takes only 0 to 9 for digits; Rust takes all of Unicode's
 * category N, digits of other scripts, fractions and Roman numerals among them.
 */
export function forLibrary(tokenizer: Json): Json {
  const { pre_tokenizer } = tokenizer;
  return isObject(pre_tokenizer) ? { ...tokenizer, pre_tokenizer: cut(pre_tokenizer) } : tokenizer;
}

function cut(preTokenizer: Json): Json {
  const { type, pretokenizers, individual_digits } = preTokenizer;
  if (type === 'Sequence' && Array.isArray(pretokenizers)) {
    return {
      ...preTokenizer,
      pretokenizers: pretokenizers.map((each: unknown) => (isObject(each) ? cut(each) : each)),
    };
  }
  if (type !== 'Digits') return preTokenizer;
  const pattern = { Regex: individual_digits === true ? '\\p{N}' : '\\p{N}+' };
  return { type: 'Split', pattern, behavior: 'Isolated', invert: false };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
