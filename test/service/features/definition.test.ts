import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../extension/core/checkpoint/model-config';
import { NEVER_CANCELLED } from '../../../extension/service/cancellation';
import { checkpointOf, edit, LLAMA, memoryWorkspace } from '../editor';

const INDEX_URI = 'file:///home/me/model/model.safetensors.index.json';

/** As `save_pretrained` writes it, a tensor a line. */
const INDEX = JSON.stringify(
  {
    metadata: { total_size: 7 },
    weight_map: Object.fromEntries(LLAMA.tensors.map(({ name }) => [name, 'model-00001-of-00001.safetensors'])),
  },
  undefined,
  2,
);

function indexed() {
  const config = { architectures: ['LlamaForCausalLM'] } as unknown as ModelConfig;
  const workspace = memoryWorkspace(checkpointOf(LLAMA, { index: 'model.safetensors.index.json', config }));
  workspace.texts.set(INDEX_URI, INDEX);
  return workspace;
}

/** Where the word at the bar leads: URI, and the line there as text when the workspace has it. */
async function targets(marked: string, workspace = indexed(), tensorLists = false): Promise<readonly string[]> {
  const { service, document, position } = edit(marked, workspace);
  const links = await service.definition(document, position, { tensorLists }, NEVER_CANCELLED);
  const texts = new Map([...workspace.texts, [document.uri, document.getText()]]);
  return links.map(({ targetUri, targetSelectionRange: { start } }) => {
    const line = texts.get(targetUri)?.split('\n')[start.line]?.trim();
    return `${targetUri.replace('file:///home/me/', '')}: ${line ?? start.line}`;
  });
}

const HEAD = 'version: 1\ncheckpoint: model\n';

describe('the definition of a pattern', () => {
  it('is the lines of its tensors in the index of the checkpoint', async () => {
    expect(await targets(`${HEAD}rules:\n  - match: "model.layers.{0,1}.mlp.down_pr|oj.weight"\n`)).toEqual([
      `model/model.safetensors.index.json: "model.layers.0.mlp.down_proj.weight": "model-00001-of-00001.safetensors",`,
      `model/model.safetensors.index.json: "model.layers.1.mlp.down_proj.weight": "model-00001-of-00001.safetensors",`,
    ]);
  });

  it('is the list of tensors where there is no index and the editor can show one', async () => {
    const policy = `${HEAD}rules:\n  - match: "model.norm.we|ight"\n`;
    const workspace = memoryWorkspace();
    expect(await targets(policy, workspace)).toEqual([]);
    const { service, document, position } = edit(policy, workspace);
    const [link] = await service.definition(document, position, { tensorLists: true }, NEVER_CANCELLED);
    const list = await service.tensorList(link!.targetUri);
    const { start, end } = link!.targetSelectionRange;
    expect(list?.split('\n')[start.line]?.slice(start.character, end.character)).toBe('model.norm.weight');
    expect(list?.split('\n')[start.line]).toMatch(/BF16 +\[256\] +512 bytes +model\.safetensors$/);
    expect(await service.tensorList('file:///home/me/a.txt')).toBeUndefined();
  });
});

describe('the definition of a format', () => {
  const FORMATS = 'formats:\n  mine: { codebook: [-1, 0, 1], group: 64 }\n';

  it('is its key under formats', async () => {
    expect(await targets(`rules:\n  - match: a\n    dtype: mi|ne\n${FORMATS}`)).toEqual([
      'p.dtype.yaml: mine: { codebook: [-1, 0, 1], group: 64 }',
    ]);
    expect(await targets(`default: mi|ne\n${FORMATS}`)).toHaveLength(1);
  });

  it('is in the policy that is extended when this one has none', async () => {
    const workspace = indexed();
    workspace.texts.set('file:///home/me/base.dtype.yaml', 'extends: root.dtype.yaml\n');
    workspace.texts.set('file:///home/me/root.dtype.yaml', `extends: base.dtype.yaml\n${FORMATS}`);
    expect(await targets('extends: base.dtype.yaml\ndefault: mi|ne\n', workspace)).toEqual([
      'root.dtype.yaml: mine: { codebook: [-1, 0, 1], group: 64 }',
    ]);
  });

  it('is nowhere for one that is built in', async () => {
    expect(await targets(`default: in|t8\n${FORMATS}`)).toEqual([]);
  });
});

describe('the definition of a path', () => {
  it('is the file, and for a checkpoint its index and its configuration', async () => {
    expect(await targets('checkpoint: mo|del\n')).toEqual([
      'model/model.safetensors.index.json: {',
      'model/config.json: 0',
    ]);
    expect(await targets('extends: ./ba|se.dtype.yaml\n')).toEqual(['base.dtype.yaml: 0']);
    expect(await targets('evaluate: { text: sample.t|xt }\n')).toEqual(['sample.txt: 0']);
  });
});
