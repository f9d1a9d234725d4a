import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TensorTree } from '../../extension/core/checkpoint/tensor';
import { CHECKPOINTS, llamaRows, treeOf, type TensorRow } from '../core/resolve/model-names';
import { checkpointOf, edit, memoryWorkspace } from './editor';

const FOLDER = path.join(import.meta.dirname, '../../docs/rules');

const TIED = treeOf([...llamaRows(), ['lm_head.weight', [2048, 256]]], true);

/** The same model after another tool quantized its matrices. */
const QUANTIZED = treeOf(
  llamaRows().flatMap(([name, shape]): readonly TensorRow[] =>
    shape.length < 2
      ? [[name, shape]]
      : [
          [name, shape, 'F8_E4M3'],
          [`${name}_scale_inv`, [1], 'F32'],
        ],
  ),
);

/** Checkpoints by what a page says of its own; the others are about a small Llama. */
const OTHERS: ReadonlyMap<string, TensorTree> = new Map([
  ['# against weights stored as F8_E4M3', QUANTIZED],
  ['# twelve layers', CHECKPOINTS.get('llama12')!],
  ['# stacked experts', CHECKPOINTS.get('stacked')!],
  ['# rows of 11008 elements', CHECKPOINTS.get('wide')!],
  ['# one weight is 72,000', CHECKPOINTS.get('surveyed')!],
]);

/** Codes that a policy of a page gets. */
async function codesOf(policy: string): Promise<readonly unknown[]> {
  const tree = [...OTHERS].find(([said]) => policy.includes(said))?.[1] ?? TIED;
  const found = await edit(policy, memoryWorkspace(checkpointOf(tree))).diagnostics();
  return found.map(({ code }) => code);
}

describe.each(readdirSync(FOLDER))('the page %s', (file) => {
  const code = file.replace('.md', '');
  const page = readFileSync(path.join(FOLDER, file), 'utf8');
  const [wrong, right] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, policy]) => policy!);

  it('is about its code', () => {
    expect(page.startsWith(`# ${code}: `)).toBe(true);
  });

  it('has a wrong policy with that finding, and a right one without it', async () => {
    expect(await codesOf(wrong!)).toContain(code);
    expect(await codesOf(right!)).not.toContain(code);
  });
});
