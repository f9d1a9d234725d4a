import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TensorTree } from '../../extension/core/checkpoint/tensor';
import { FINDING_TITLES } from '../../extension/core/policy/finding-titles';
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

describe('the table of findings', () => {
  const table = readFileSync(path.join(FOLDER, '../findings.md'), 'utf8');
  const rows = [...table.matchAll(/^\| \[([a-z-]+)\]\(rules\/([a-z-]+)\.md\) \|/gm)];

  it('has a row for each code, which leads to its page', () => {
    expect(rows.map(([, code]) => code).sort()).toEqual(Object.keys(FINDING_TITLES).sort());
    for (const [, code, page] of rows) expect(page).toBe(code);
  });

  it('names findings that there are for each pain', () => {
    const pains = table.slice(table.indexOf('## Which pain')).matchAll(/^\| .* \| ([^|]+) \|$/gm);
    const named = [...pains].flatMap(([, findings]) => [...findings!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code));
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((code) => !Object.hasOwn(FINDING_TITLES, code!))).toEqual([]);
  });
});
