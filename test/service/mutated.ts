import type { Random } from '../core/policy/random';

/** What typing, pasting and bad luck put into a file; some of it is still YAML, some is not. */
const SNIPPETS: readonly string[] = [
  ...Array.from('"\'{}[]:,-#&*!|>%@`\\/ \t\n\r~?.$'),
  ...['  ', '\n    ', ': ', ' - ', '---\n', '&a ', '*a', '!!str ', '|\n', ' # note', '\n# note\n', '\n\n\n', '   '],
  ...['match: ', 'dtype: int4', '[a,b]', '{a: 1}', "'it''s'", '"a\\tb"', '? ', '\ud83d'],
  ...['\n  - match: x\n    dtype: int8', ' >\n      folded\n      text\n', ' |+\n      kept\n\n'],
];

/** A few random edits: something put in, cut out, doubled, or cut off. */
export function mutated(text: string, random: Random): string {
  let result = text;
  for (let edits = 1 + random.integer(4); edits > 0; edits--) {
    const start = random.integer(result.length + 1);
    const end = Math.min(result.length, start + random.integer(30));
    switch (random.integer(6)) {
      case 0:
        result = result.slice(0, start) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, end) + result.slice(start);
        break;
      default:
        result = result.slice(0, start) + SNIPPETS[random.integer(SNIPPETS.length)]! + result.slice(start);
    }
  }
  return result;
}

/** The same text as somebody writes it who does not care for looks: mostly still the same YAML. */
export function unkempt(text: string, random: Random): string {
  const often = (wanted: string): string => (random.integer(4) === 0 ? wanted : '');
  return text
    .replace(/: (?=\S)/g, (colon) => colon + often('  '))
    .replace(/([[{,]) ?(?=\S)/g, (sign) => (random.integer(4) === 0 ? `${sign.trim()}   ` : sign))
    .replace(/$/gm, () => often('  '))
    .replace(/\n(?=\S)/g, (newline) => newline + often('\n\n'))
    .replace(/^( *)- /gm, (dash) => dash + often('  '))
    .replace(/\n(?= )/g, (newline) => newline + (random.integer(40) === 0 ? '\n  \n' : ''));
}
