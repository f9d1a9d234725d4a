import { describe, expect, it } from 'vitest';
import { createOpenedCheckpoints } from '../../extension/server/opened-checkpoints';
import { memoryFolder } from '../fixtures/memory-folder';
import { modelBytes } from './temp-model';

const MODEL = 'file:///home/me/model';

function store(files: Record<string, Uint8Array> = { 'model.safetensors': modelBytes(1) }) {
  const changed: string[] = [];
  const checkpoints = createOpenedCheckpoints((uri) => {
    const file = uri.endsWith('.safetensors') ? 'model.safetensors' : undefined;
    return Promise.resolve({ folder: memoryFolder(files), file });
  });
  checkpoints.onChanged((uri) => changed.push(uri));
  return { checkpoints, changed, files };
}

describe('an opened checkpoint', () => {
  it('is opened once', async () => {
    const { checkpoints } = store();
    expect(await checkpoints.open(MODEL)).toBe(await checkpoints.open(MODEL));
  });

  it.each([
    ['a file in its folder', MODEL, `${MODEL}/config.json`, true],
    ['the file it is', `${MODEL}/model.safetensors`, `${MODEL}/model.safetensors`, true],
    ['the config beside the file', `${MODEL}/model.safetensors`, `${MODEL}/config.json`, true],
    ['a file of a folder with a longer name', MODEL, `${MODEL}2/config.json`, false],
    ['a file of another file system', MODEL, 'vscode-vfs:///home/me/model/config.json', false],
  ])('is opened again or not when %s changes', async (_, uri, file, again) => {
    const { checkpoints, changed } = store();
    const before = await checkpoints.open(uri);
    checkpoints.fileChanged(file);
    expect(changed).toEqual(again ? [uri] : []);
    expect((await checkpoints.open(uri)) === before).toBe(!again);
  });

  it('that failed is tried again on request only', async () => {
    const { checkpoints, files } = store({});
    await expect(checkpoints.open(MODEL)).rejects.toThrow('model.safetensors');
    files['model.safetensors'] = modelBytes(1);
    await expect(checkpoints.open(MODEL)).rejects.toThrow('model.safetensors');
    checkpoints.retryFailed();
    expect((await checkpoints.open(MODEL)).tree.layerCount).toBe(1);
  });
});
