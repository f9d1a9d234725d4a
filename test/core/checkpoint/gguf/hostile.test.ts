import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CheckpointError } from '../../../../extension/core/checkpoint/checkpoint-error';
import { readGgufTokenizer } from '../../../../extension/core/checkpoint/gguf/tokenizer/read-tokenizer';
import { openCheckpoint } from '../../../../extension/core/checkpoint/open';
import { openWeights } from '../../../../extension/core/checkpoint/weights';
import { memoryFolder } from '../../../fixtures/memory-folder';

const GOLDEN = fileURLToPath(new URL('../../../oracles/golden/gguf/', import.meta.url));
const FILES = [
  'files/everything',
  'models/llama3',
  'models/gpt2',
  'models/gpt-neox',
  'models/mixtral',
  'models/gemma2',
];
const TOKENIZERS = ['tokenizers/byte-level', 'tokenizers/llama-spm'];
/** What a mutated length, count or offset may become. */
const EXTREMES = [0n, 1n, 31n, 1n << 31n, (1n << 32n) - 1n, 1n << 40n, (1n << 53n) - 1n, 1n << 63n, (1n << 64n) - 1n];

const read = (name: string) => new Uint8Array(readFileSync(`${GOLDEN}${name}.gguf`));

/** The same numbers each time: a failure can be looked at again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutated(file: Uint8Array<ArrayBuffer>, below: (count: number) => number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(file);
  // Most of what can go wrong lies in the header.
  const at = (): number => below(Math.min(copy.length - 8, below(2) === 0 ? 200 : 3000));
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const where = at();
    const view = new DataView(copy.buffer);
    if (below(2) === 0) copy[where] = below(256);
    else view.setBigUint64(where, EXTREMES[below(EXTREMES.length)]!, true);
  }
  return below(8) === 0 ? copy.slice(0, below(copy.length)) : copy;
}

/** Opens a file and reads what is in it; gives the error that it was refused with. */
async function refusalOf(file: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const folder = memoryFolder({ 'model.gguf': file });
  try {
    const { tree } = await openCheckpoint(folder);
    const weights = openWeights(folder);
    for (const tensor of tree.tensors.slice(0, 50)) await weights.read(tensor, 0, Math.min(tensor.bytes, 64));
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each(FILES)('%s, damaged in 1500 ways, is read or refused by name', { timeout: 60_000 }, async (name) => {
  const file = read(name);
  const below = random(name.length * 7919);
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const error = await refusalOf(mutated(file, below));
    if (error === undefined) continue;
    refused++;
    expect(error, `round ${round}: ${(error as Error).message}`).toBeInstanceOf(CheckpointError);
    expect((error as Error).message.length).toBeLessThan(1500);
  }
  expect(refused).toBeGreaterThan(300);
});

test.each(FILES)('%s, cut short anywhere, is refused', { timeout: 60_000 }, async (name) => {
  const file = read(name);
  for (let length = 0; length < file.length - 64; length += length < 600 ? 1 : 97) {
    expect(await refusalOf(file.slice(0, length)), `${length} bytes`).toBeInstanceOf(CheckpointError);
  }
});

test.each(TOKENIZERS)('%s: a damaged tokenizer is made or refused', { timeout: 60_000 }, async (name) => {
  const file = read(name);
  const below = random(17);
  for (let round = 0; round < 200; round++) {
    const folder = memoryFolder({ 'model.gguf': mutated(file, below) });
    const opened = { files: [{ file: 'model.gguf', size: 0, metadata: new Map<string, string>() }] };
    const error: unknown = await readGgufTokenizer(folder, opened, undefined).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined)
      expect((error as Error).message).toMatch(/^memory\/model\.gguf: its tokenizer can't be used: /);
  }
});
