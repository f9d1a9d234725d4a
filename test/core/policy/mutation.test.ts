import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate } from '../../../extension/core/policy/locate';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { createMatchCache, type MatchCache } from '../../../extension/core/resolve/match-cache';
import { resolve } from '../../../extension/core/resolve/resolve';
import { CHECKPOINTS } from '../resolve/model-names';
import { FAKE_FORMATS } from './fake-formats';
import { createRandom, type Random } from './random';

const FOLDER = path.join(import.meta.dirname, 'fixtures');
const TEXTS = readdirSync(FOLDER).map((file) => readFileSync(path.join(FOLDER, file), 'utf8'));

/** What typing, pasting and bad luck put into a file. */
const SNIPPETS = [
  ...Array.from('"\'{}[]:,-#&*!|>%@`\\/ \t\n\r\0~?.$'),
  ...[
    '  ',
    '\n    ',
    ': ',
    '- ',
    '---\n',
    '...',
    '<<: ',
    '*a',
    '&a ',
    '!!str ',
    '__proto__: ',
    '{0..9}',
    '/(a+)+/',
    '\ud83d',
    '|\n',
  ],
  ...['match: ', 'dtype: int4', 'group: 7', 'layers: -1..999999', '[[[[', '}}}}', '1e999', '\ue000', '\ufeff'],
];

/** A few random edits: something put in, cut out, doubled, or cut off. */
function mutated(text: string, random: Random): string {
  let result = text;
  for (let edits = 1 + random.integer(6); edits > 0; edits--) {
    const start = random.integer(result.length + 1);
    const end = Math.min(result.length, start + random.integer(40));
    const [snippet = ''] = random.pick(SNIPPETS, 1);
    switch (random.integer(5)) {
      case 0:
        result = result.slice(0, start) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, end) + result.slice(start);
        break;
      case 2:
        result = result.slice(0, start);
        break;
      default:
        result = result.slice(0, start) + snippet + result.slice(start);
    }
  }
  return result;
}

describe('600 mutated policies', () => {
  it('never throw, never take long, and keep every range inside the text', () => {
    const random = createRandom(77);
    const tree = CHECKPOINTS.get('llama')!;
    const cache = createMatchCache();
    const read = (text: string, matches: MatchCache) => {
      const before = process.cpuUsage();
      const { policy, findings } = parsePolicy(text, FAKE_FORMATS);
      const plan = resolve(policy, tree, FAKE_FORMATS, matches);
      return { findings, plan, took: process.cpuUsage(before).user / 1000 };
    };
    let slowest = 0;
    for (let round = 0; round < 600; round++) {
      const text = mutated(TEXTS[random.integer(TEXTS.length)]!, random);
      const { findings, plan, took } = read(text, cache);
      slowest = Math.max(slowest, took);
      expect(plan.tensors).toHaveLength(tree.tensors.length);
      for (const { range, message, fixes } of [...findings, ...plan.findings]) {
        const places = [range, ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.range))];
        const inside = places.every(({ start, end }) => start >= 0 && start <= end && end <= text.length);
        expect(inside, `${message}\n${text}`).toBe(true);
      }
      locate(text, random.integer(text.length + 1));
    }
    expect(slowest).toBeLessThan(200);
  });
});
