import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate } from '../../../extension/core/policy/locate';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { createMatchCache, type MatchCache } from '../../../extension/core/resolve/match-cache';
import { resolve } from '../../../extension/core/resolve/resolve';
import { CHECKPOINTS } from '../resolve/model-names';
import { FAKE_FORMATS } from './fake-formats';
import { mutated } from './mutate';
import { createRandom } from './random';

const FOLDER = path.join(import.meta.dirname, 'fixtures');
const TEXTS = readdirSync(FOLDER).map((file) => readFileSync(path.join(FOLDER, file), 'utf8'));

describe('600 mutated policies', () => {
  it('never throw, and keep every range inside the text', () => {
    const random = createRandom(77);
    const tree = CHECKPOINTS.get('llama')!;
    const cache = createMatchCache();
    const read = (text: string, matches: MatchCache) => {
      const { policy, findings } = parsePolicy(text, FAKE_FORMATS);
      const plan = resolve(policy, tree, FAKE_FORMATS, matches);
      return { findings, plan };
    };
    for (let round = 0; round < 600; round++) {
      const text = mutated(TEXTS[random.integer(TEXTS.length)]!, random);
      const { findings, plan } = read(text, cache);
      expect(plan.tensors).toHaveLength(tree.tensors.length);
      for (const { range, message, fixes } of [...findings, ...plan.findings]) {
        const places = [range, ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.range))];
        const inside = places.every(({ start, end }) => start >= 0 && start <= end && end <= text.length);
        expect(inside, `${message}\n${text}`).toBe(true);
      }
      locate(text, random.integer(text.length + 1));
    }
  });
});
