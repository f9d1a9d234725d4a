import type { Random } from './random';

/** What typing, pasting and bad luck put into a file. */
const SNIPPETS = [
  ...Array.from('"\'{}[]:,-#&*!|>%@`\\/ \t\n\r\0~?.$'),
  ...['  ', '\n    ', '\r\n', ': ', '- ', '---\n', '...', '<<: ', '*a', '&a ', '!!str ', '{0..9}', '/(a+)+/', '|\n'],
  ...['\ud83d', '\udc00', '\ue000', '\ue001', '\ufeff', '\u2028', '\u0085'],
  ...['__proto__: ', 'constructor: ', 'toString: ', 'hasOwnProperty', '[[[[', '}}}}', '1e999', '-0', '9'.repeat(40)],
  ...['match: ', 'dtype: int4', 'group: 7', 'layers: -1..999999', '\nrules:\n  - ', '\n  - match: ', '\ndefault: '],
  ...['/((a*)*)*b/', '/(x+x+)+y/', '/(.*)(.*)(.*)(.*)z/', '/(a{0,50}){0,50}/', '/\\p{L}+\\b(?i:W)/', '/(?=a)/'],
  ...['**a**b**c**d**', '{a,b}{a,b}{a,b}{a,b}{a,b}', '[!a-z]*?*?*?', '{0..99999}', '{{{{{{{{{a'],
];

/** A few random edits: something put in, cut out, doubled, or cut off. */
export function mutated(text: string, random: Random): string {
  let result = text;
  for (let edits = 1 + random.integer(6); edits > 0; edits--) {
    const start = random.integer(result.length + 1);
    const end = Math.min(result.length, start + random.integer(40));
    const snippet = SNIPPETS[random.integer(SNIPPETS.length)]!;
    switch (random.integer(6)) {
      case 0:
        result = result.slice(0, start) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, end) + result.slice(start);
        break;
      case 2:
        // Rarely: what is cut off is not there for the other edits.
        result = random.integer(4) === 0 ? result.slice(0, start) : result;
        break;
      default:
        result = result.slice(0, start) + snippet + result.slice(start);
    }
  }
  return result;
}
