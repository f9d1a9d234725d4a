import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../extension/core/checkpoint/model-config';
import { NEVER_CANCELLED } from '../../../extension/service/cancellation';
import { checkpointOf, edit, LLAMA, memoryWorkspace } from '../editor';

const INDEXED = checkpointOf(LLAMA, {
  index: 'model.safetensors.index.json',
  config: { architectures: ['LlamaForCausalLM'] } as unknown as ModelConfig,
});

async function links(policy: string, checkpoint = INDEXED): Promise<readonly string[]> {
  const { service, document } = edit(policy, memoryWorkspace(checkpoint));
  const found = await service.documentLinks(document, NEVER_CANCELLED);
  return found.map(({ range, target }) => `${document.getText(range)} -> ${target ?? ''}`);
}

describe('links', () => {
  it('lead to the files that a policy names', async () => {
    const policy = `checkpoint: "model"\nextends: ../base.dtype.yaml\nevaluate: { text: 'a b.txt' }\n`;
    expect(await links(policy)).toEqual([
      'model -> file:///home/me/model/model.safetensors.index.json',
      '../base.dtype.yaml -> file:///home/base.dtype.yaml',
      'a b.txt -> file:///home/me/a%20b.txt',
    ]);
  });

  it('lead from a checkpoint without index to its configuration, and nowhere without one', async () => {
    expect(await links('checkpoint: model\n', { ...INDEXED, index: undefined })).toEqual([
      'model -> file:///home/me/model/config.json',
    ]);
    expect(await links('checkpoint: model\n', checkpointOf(LLAMA))).toEqual([]);
    expect(await links('checkpoint: missing\n')).toEqual([]);
  });

  it('lead to addresses, in comments too, without what ends the sentence', async () => {
    expect(await links('# see https://example.org/a(b), or (http://example.org/c).\nversion: 1\n')).toEqual([
      'https://example.org/a(b -> https://example.org/a(b',
      'http://example.org/c -> http://example.org/c',
    ]);
  });
});
