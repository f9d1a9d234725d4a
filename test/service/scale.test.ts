import { describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
import { checkpointOf, edit, memoryWorkspace, type Editor } from './editor';
import { mixtureTree } from './mixture';

const TREE = mixtureTree();
const WORKSPACE = memoryWorkspace(checkpointOf(TREE));

const POLICY = `version: 1
checkpoint: model
default: bf16
rules:
  - match: "model.layers.*.mlp.experts.*.*_proj.weight"
    dtype: int4
  - match: "model.layers.*.self_attn.*_proj.weight"
    layers: "2..-3"
    dtype: fp8_e4m3
  - match: "**norm.weight"
    dtype: keep
`;

const EVERYWHERE = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

/** Tensors whose names a regular expression matches, told without any of our code. */
const named = (pattern: RegExp): number => TREE.tensors.filter(({ name }) => pattern.test(name)).length;

const EXPERTS = named(/^model\.layers\.\d+\.mlp\.experts\.\d+\.\w+_proj\.weight$/);

// How long they take is told by `npm run bench:language`.
describe(`answers about a checkpoint of ${TREE.tensors.length} tensors`, () => {
  it.each([
    ['a pattern from its start', '  - match: "|"', 'model.layers.*.mlp.experts.*.down_proj.weight'],
    ['the next segment', '  - match: "model.layers.*.mlp.|"', 'model.layers.*.mlp.experts.'],
    ['the experts of one layer', '  - match: "model.layers.3.mlp.experts.|"', 'model.layers.3.mlp.experts.127.'],
    ['what follows **', '  - match: "**.|"', '**.experts.'],
    ['a dtype for all weights', '  - match: "**.weight"\n    dtype: |', 'int8'],
    ['a group for all weights', '  - match: "**.weight"\n    dtype: int4\n    group: |', '64'],
  ])('complete %s', async (_, rule, expected) => {
    const { items } = await edit(POLICY + rule, WORKSPACE).completions();
    expect(items.map(({ label }) => label)).toContain(expected);
  });

  it('explain a pattern, its dtype and the checkpoint', async () => {
    const pattern = await edit(POLICY.replace('*_proj', '*_pr|oj'), WORKSPACE).hover();
    expect(pattern).toContain(`Matches ${EXPERTS.toLocaleString('en')} tensors`.replace(',', ''));
    expect(await edit(POLICY.replace('int4', 'in|t4'), WORKSPACE).hover()).toContain('int4');
    expect(await edit(POLICY.replace(': model\n', ': mo|del\n'), WORKSPACE).hover()).toContain(
      `${TREE.tensors.length}`,
    );
  });

  it('count the tensors of each rule behind its dtype', async () => {
    const { service, document } = edit(POLICY, WORKSPACE);
    const hints = await service.inlayHints(document, EVERYWHERE, NEVER_CANCELLED);
    const norms = named(/norm\.weight$/);
    expect(hints.map(({ label }) => label)).toEqual([
      expect.stringMatching(/^\d+ tensors?,/),
      expect.stringContaining(`${EXPERTS} tensors`),
      expect.stringMatching(/^\d+ tensors,/),
      expect.stringContaining(`${norms} tensors`),
      expect.stringMatching(/^all: /),
    ]);
  });

  it('find the rules and the lines of tens of thousands of tensors', async () => {
    const editor: Editor = edit(POLICY.replace('*_proj', '*_pr|oj'), WORKSPACE);
    const { service, document, position } = editor;
    const found = await service.references(document, position, { includeDeclaration: true }, NEVER_CANCELLED);
    expect(found.map(({ range }) => range.start.line)).toEqual([4]);
    expect(
      (await service.definition(document, position, { tensorLists: true }, NEVER_CANCELLED)).length,
    ).toBeGreaterThan(0);
  });
});
