import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { mutated } from '../core/policy/mutate';
import { createRandom, type Random } from '../core/policy/random';

/** Reads the policies that hostile ones are made from; `fixtures` is a folder of policies. */
export function readSeeds(fixtures: string): readonly string[] {
  return readdirSync(fixtures).map((file) => {
    const text = readFileSync(path.join(fixtures, file), 'utf8');
    return /^checkpoint:/m.test(text)
      ? text.replace(/^checkpoint:.*/m, 'checkpoint: model')
      : `checkpoint: model\n${text}`;
  });
}

type Make = (random: Random, seeds: readonly string[]) => string;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]!;
const rule = (match: string, more = ''): string =>
  `version: 1\ncheckpoint: model\nrules:\n  - match: ${match}\n    dtype: int4\n${more}`;

/** Regular expressions that take exponential or quadratic time where an engine goes back and tries again. */
const EXPLODING = [
  '(a+)+$',
  '([a-z.]+)*1',
  '(.*)*x',
  '((a*)*)*b',
  '(x+x+)+y',
  '(.*)(.*)(.*)(.*)(.*)(.*)(.*)z',
  '(a|aa)+!',
  '(\\\\w+\\\\.?)+#',
  '(?:a?){50}a{50}',
  '((((a{1,30}){1,30}){1,30}){1,30})',
  '(a{0,1000}){0,1000}',
  '[\\\\s\\\\S]*[\\\\s\\\\S]*[\\\\s\\\\S]*?z',
  '\\\\pL{1000}',
  '(?i)[k-\\u212a]{500}',
];

const ODD_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'];
const HUGE = [
  '9'.repeat(400),
  '1e999',
  '-1e999',
  '0x7fffffffffffffff',
  '.inf',
  '.nan',
  '99999999999999999999',
  '-0',
  '1_000',
];

const MAKERS: readonly Make[] = [
  // What typing and pasting do, most of all.
  ...Array.from({ length: 6 }, (): Make => (random, seeds) => mutated(pick(random, seeds), random)),
  // Cut off.
  (random, seeds) => {
    const text = pick(random, seeds);
    return text.slice(0, random.integer(text.length + 1));
  },
  // Bytes at random, as text.
  (random) => {
    const bytes = Uint8Array.from({ length: random.integer(3000) }, () => random.integer(256));
    return new TextDecoder().decode(bytes);
  },
  // UTF-16 units at random: halves of surrogate pairs, controls, private use.
  (random) => String.fromCharCode(...Array.from({ length: random.integer(2000) }, () => random.integer(0x1_0000))),
  // Nested deep.
  (random) => {
    const open = pick(random, ['[', '{', '[{', '- ', 'a: ', '? ', '{a: [']);
    return `rules: ${open.repeat(1 + random.integer(3000))}`;
  },
  (random) => rule(`"${pick(random, ['{', '{a,', '[', '(', '**{'] as const).repeat(1 + random.integer(400))}"`),
  // Aliases of aliases.
  (random) => {
    const width = 2 + random.integer(9);
    const levels = Array.from(
      { length: 2 + random.integer(12) },
      (_, at) => `b${at}: &a${at + 1} [${Array<string>(width).fill(`*a${at}`).join()}]`,
    );
    return ['a: &a0 [x, x, x]', ...levels, `rules: *a${1 + random.integer(levels.length)}`].join('\n');
  },
  (random) => rule('&a [x, *a]', `  - match: *a\n    dtype: *b\n${'  - *a\n'.repeat(random.integer(200))}`),
  // Numbers without end.
  (random) =>
    `version: ${pick(random, HUGE)}\ncheckpoint: model\n${rule('"**"', `    group: ${pick(random, HUGE)}\n    layers: "${pick(random, HUGE)}..${pick(random, HUGE)}"\n`).slice(28)}budget: { bits_per_weight: ${pick(random, HUGE)}, size: ${pick(random, HUGE)} GB }\n`,
  // Patterns that blow up elsewhere.
  (random) => rule(`"/${pick(random, EXPLODING)}/"`),
  (random) =>
    rule(
      `"${random.pick(['*', '**', 'a', '?', '{a,b}', '[!a]', '.', '{0..999}', '{a,{b,c}}', 'model'], 60).join('')}"`,
    ),
  // Names that objects have already.
  (random) => {
    const [one, two] = [pick(random, ODD_KEYS), pick(random, ODD_KEYS)];
    return `${one}: { ${two}: 1 }\n${rule(two, `    ${one}: ${two}\n    dtype: ${one}\n    round: { ${two}: 1 }\n`)}formats: { ${one}: { float: 1 } }\ndefault: ${two}\n`;
  },
  // Line ends, byte order marks, NULs.
  (random, seeds) => {
    const text = pick(random, seeds).replaceAll(
      '\n',
      pick(random, ['\r\n', '\r', '\n\r', '\u2028', '\u0085', '\n\n\n']),
    );
    return pick(random, ['\ufeff', '\0', '\ufeff\ufeff', '']) + text + pick(random, ['\0', '\ufeff', '']);
  },
  // Long: one line, many rules, one key again and again.
  (random) => rule(`"${'model.layers.*.'.repeat(random.integer(3000))}"`),
  (random) =>
    `checkpoint: model\nrules:\n${`  - { match: "${pick(random, ['**', '*', 'model.**', 'a', '/.*/'])}", dtype: int4 }\n`.repeat(random.integer(1500))}`,
  (random) => `${pick(random, ['match', 'rules', 'version', 'x'])}: [a]b\n`.repeat(random.integer(3000)),
];

/** The hostile text of a number: the same in every run. */
export function hostileText(number: number, seeds: readonly string[]): string {
  const random = createRandom(Math.imul(number + 1, 0x9e3779b1));
  const text = MAKERS[number % MAKERS.length]!(random, seeds);
  return random.integer(5) === 0 ? mutated(text, random) : text;
}
