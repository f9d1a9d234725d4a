import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHostileSession } from './ask-everything';
import { hostileText, readSeeds } from './hostile-texts';

/** Of the ten thousand that `npm run hostile` asks about; that fails on a slow answer and on growing memory, too. */
const COUNT = Number(process.env['HOSTILE'] ?? 1000);

describe(`${COUNT} hostile policies`, () => {
  it('get an answer to every question', { timeout: 600_000 }, async () => {
    const seeds = readSeeds(path.join(import.meta.dirname, '../core/policy/fixtures'));
    const session = createHostileSession();
    for (let number = 0; number < COUNT; number++) {
      const text = hostileText(number, seeds);
      const name = `policy ${number}: ${JSON.stringify(text.slice(0, 300))}`;
      await session.ask(text).catch((error: unknown) => {
        throw new Error(`${name} made it throw`, { cause: error });
      });
    }
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
