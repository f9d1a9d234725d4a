import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FindingLevels } from '../../extension/core/policy/severities';
import { DEFAULT_SETTINGS } from '../../extension/service/settings';
import { checkpointOf, edit, LLAMA, memoryWorkspace, type MemoryWorkspace } from './editor';
import type { TextDocument } from 'vscode-languageserver-textdocument';

function levels(findings: FindingLevels): MemoryWorkspace {
  return { ...memoryWorkspace(), settings: () => ({ ...DEFAULT_SETTINGS, findings }) };
}

const HEAD = 'version: 1\ncheckpoint: model\n';

describe('findings in the editor', () => {
  it('carry code, source, severity and a link to their page', async () => {
    const [found] = await edit(`${HEAD}rules:\n  - match: "visual.*"\n    dtype: int8\n`).diagnostics();
    expect(found).toMatchObject({
      code: 'no-match',
      source: 'downcast',
      severity: 1,
      codeDescription: { href: 'https://example.org/no-match.md' },
      range: { start: { line: 3, character: 11 }, end: { line: 3, character: 21 } },
    });
  });

  it('show the tensors they are about where the policy decides them', async () => {
    const policy = `${HEAD}rules:
  - match: "**.{q,k}_proj.weight"
    dtype: int8
  - match: "**.v_proj.weight"
    dtype: fp8_e4m3
`;
    const fused = (await edit(policy).diagnostics()).find(({ code }) => code === 'fused-differ');
    const related = fused?.relatedInformation ?? [];
    expect(related.slice(0, 3).map(({ location, message }) => [location.range.start.line, message])).toEqual([
      [4, 'model.layers.0.self_attn.k_proj.weight: BF16 [64, 256] → int8 channel'],
      [4, 'model.layers.0.self_attn.q_proj.weight: BF16 [256, 256] → int8 channel'],
      [6, 'model.layers.0.self_attn.v_proj.weight: BF16 [64, 256] → fp8_e4m3 channel'],
    ]);
  });

  it('fade a rule that decides nothing', async () => {
    const policy = `${HEAD}rules:\n  - match: "**.up_proj.weight"\n    dtype: int8\n  - match: "**"\n    dtype: bf16\n`;
    expect(await edit(policy).diagnostics()).toEqual([expect.objectContaining({ code: 'shadowed', tags: [1] })]);
  });

  it('say at its path what is wrong with the checkpoint', async () => {
    const [missing] = await edit('version: 1\ncheckpoint: missing\nrules: []\n').diagnostics();
    expect(missing).toMatchObject({
      code: 'checkpoint',
      severity: 1,
      range: { start: { line: 1, character: 12 }, end: { line: 1, character: 19 } },
    });
    const workspace = memoryWorkspace(checkpointOf(LLAMA, { warnings: ['total_size is wrong'] }));
    const [warning] = await edit(`${HEAD}default: bf16\n`, workspace).diagnostics();
    expect(warning).toMatchObject({ code: 'checkpoint', severity: 2, message: 'total_size is wrong' });
  });

  it('of the text alone are there without a checkpoint', async () => {
    const found = await edit('version: 1\nrules:\n  - match: "**.x"\n    dtype: int99\n').diagnostics();
    expect(found.map(({ code }) => code)).toEqual(['unknown-dtype']);
  });

  it('take the severity that the user wants', async () => {
    const policy = `${HEAD}default: bfloat16\n`;
    const quiet = levels({ 'alias-dtype': 'off' });
    expect(await edit(policy, quiet).diagnostics()).toEqual([]);
    const strict = levels({ 'alias-dtype': 'error' });
    expect(await edit(policy, strict).diagnostics()).toMatchObject([{ code: 'alias-dtype', severity: 1 }]);
  });

  it('each have a page, and each page a code', () => {
    const source = readFileSync(path.join(import.meta.dirname, '../../extension/core/policy/finding.ts'), 'utf8');
    const from = source.indexOf('export type FindingCode');
    const union = source.slice(from, source.indexOf(';', from));
    const codes = [...union.matchAll(/\| '([a-z-]+)'/g)].map(([, code]) => `${code!}.md`);
    const pages = readdirSync(path.join(import.meta.dirname, '../../docs/rules'));
    expect(codes.length).toBeGreaterThan(10);
    expect(pages.sort()).toEqual(codes.sort());
  });
});

describe('a checkpoint that changes', () => {
  it('makes the policies that name it stale, and no others', async () => {
    const workspace = memoryWorkspace();
    const policy = `${HEAD}rules:\n  - match: "model.layers.7.**"\n    dtype: int8\n`;
    const editor = edit(policy, workspace);
    edit('version: 1\nrules: []\n', workspace, 'file:///home/me/other.dtype.yaml');
    const stale: (readonly TextDocument[])[] = [];
    const subscription = editor.service.onStale((documents) => stale.push(documents));
    expect(await editor.diagnostics()).toHaveLength(1);
    workspace.change('file:///home/me/model', checkpointOf({ ...LLAMA, tensors: [], byName: new Map() }));
    expect(stale).toEqual([[editor.document]]);
    expect(await editor.diagnostics()).toEqual([]);
    subscription.dispose();
    workspace.change('file:///home/me/model', checkpointOf(LLAMA));
    expect(stale).toHaveLength(1);
  });
});
