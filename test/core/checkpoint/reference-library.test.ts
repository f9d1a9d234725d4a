import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ByteSource } from '../../../extension/core/checkpoint/byte-source';
import { readSafetensorsHeader } from '../../../extension/core/checkpoint/safetensors-header';
import { memorySource } from '../../fixtures/memory-folder';
import byReference from '../../oracles/safetensors/written-by-reference.json';
import byUs from '../../oracles/safetensors/written-by-us.json';
import { writtenByUs } from '../../oracles/safetensors/written-by-us';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What we read, in the form in which the reference library's reading was recorded. */
async function listing(source: ByteSource): Promise<typeof byUs.tensors> {
  const { tensors } = await readSafetensorsHeader(source);
  const listed = await Promise.all(
    tensors.map(async ({ name, dtype, shape, offset, bytes }) => {
      return { name, dtype, shape: [...shape], sha256: sha256(await source.read(offset, bytes)) };
    }),
  );
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

test('the reference library reads a file of our writer as we do: names, dtypes, shapes, bytes, metadata', async () => {
  const file = writtenByUs();
  expect(sha256(file), 'the file that the reference library read').toBe(byUs.sha256);
  const source = memorySource('us.safetensors', file);
  expect(await listing(source)).toEqual(byUs.tensors);
  expect(Object.fromEntries((await readSafetensorsHeader(source)).metadata)).toEqual(byUs.metadata);
});

test('we read a file of the reference library as it does', async () => {
  const file = await readFile(new URL('../../oracles/safetensors/written-by-reference.safetensors', import.meta.url));
  expect(sha256(file)).toBe(byReference.sha256);
  const source = memorySource('reference.safetensors', file);
  expect(await listing(source)).toEqual(byReference.tensors);
  expect(Object.fromEntries((await readSafetensorsHeader(source)).metadata)).toEqual(byReference.metadata);
});
