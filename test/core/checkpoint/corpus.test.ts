import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../../../extension/core/checkpoint/checkpoint-error';
import { readSafetensorsHeader } from '../../../extension/core/checkpoint/safetensors-header';
import { CORPUS, corpusId } from '../../fixtures/checkpoints/corpus';
import type { Verdict } from '../../fixtures/checkpoints/crafted-file';
import recorded from '../../fixtures/checkpoints/reference-verdicts.json';
import { memorySource } from '../../fixtures/memory-folder';

interface Recorded {
  readonly sha256: string;
  readonly verdict: string;
  readonly error?: string;
}

const REFERENCE = new Map<string, Recorded>(Object.entries(recorded.verdicts));
const FILES = Object.entries(CORPUS).flatMap(([attacked, files]) =>
  files.map((file) => ({ id: corpusId(attacked, file), file })),
);

async function verdictOn(bytes: Uint8Array): Promise<{ readonly verdict: Verdict; readonly message: string }> {
  try {
    await readSafetensorsHeader(memorySource('crafted.safetensors', bytes));
    return { verdict: 'accepted', message: '' };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { verdict: error.code, message: error.message };
  }
}

describe('crafted safetensors files', () => {
  test('are at least a hundred, each under its own name, all judged by the reference library', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(100);
    expect(new Set(FILES.map(({ id }) => id)).size).toBe(FILES.length);
    expect([...REFERENCE.keys()].sort()).toEqual(FILES.map(({ id }) => id).sort());
  });

  test.each(FILES.map(({ id, file }) => [id, file] as const))('%s', async (id, file) => {
    const bytes = file.bytes();
    const reference = REFERENCE.get(id)!;
    expect(createHash('sha256').update(bytes).digest('hex'), 'the file that was judged').toBe(reference.sha256);

    const { verdict, message } = await verdictOn(bytes);
    expect(verdict, message).toBe(file.expected);
    if (verdict !== 'accepted') expect(message).toMatch(/^crafted\.safetensors: /);

    const same = (verdict === 'accepted') === (reference.verdict === 'accepted');
    if (!same) expect(file.differs, `differs from the reference: ${reference.error ?? 'accepted'}`).toBeTruthy();
    else expect(file.differs, 'a reason for a difference that there is none of').toBeUndefined();
  });

  test('nothing that the reference library refuses is accepted', () => {
    const lax = FILES.filter(
      ({ id, file }) => file.expected === 'accepted' && REFERENCE.get(id)!.verdict !== 'accepted',
    );
    expect(lax.map(({ id }) => id)).toEqual([]);
  });
});
