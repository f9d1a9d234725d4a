import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { nodeFolder } from '../../extension/files/node-folder';
import { buildSafetensors } from '../fixtures/memory-folder';

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'downcast-folder-')));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(home, ...parts);

async function put(file: string, content: string | Uint8Array = 'content'): Promise<void> {
  await mkdir(path.dirname(at(file)), { recursive: true });
  await writeFile(at(file), content);
}

async function link(target: string, file: string): Promise<void> {
  await mkdir(path.dirname(at(file)), { recursive: true });
  await symlink(target, at(file));
}

async function contentOf(folder: string, file: string): Promise<string> {
  const source = await (await nodeFolder(at(folder))).folder.open(file);
  try {
    return new TextDecoder().decode(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

test('a checkpoint is named by its folder or by a file in it', async () => {
  await put('model/model.safetensors', buildSafetensors({ a: { dtype: 'U8', shape: [3] } }));
  await put('model/sub/other.safetensors');
  const folder = await nodeFolder(at('model'));
  expect(folder.file).toBeUndefined();
  expect(folder.folder.name).toBe(at('model'));
  expect(await folder.folder.list()).toEqual(['model.safetensors']);

  const file = await nodeFolder(at('model/model.safetensors'));
  expect(file.file).toBe('model.safetensors');
  const checkpoint = await openCheckpoint(file.folder, file.file);
  expect(checkpoint.tree.tensors.map(({ name }) => name)).toEqual(['a']);
});

test('a place where nothing is says so', async () => {
  await expect(nodeFolder(at('nowhere'))).rejects.toThrow(
    `${at('nowhere')}: expected a checkpoint's folder or file there: ENOENT: no such file or directory`,
  );
  await put('model/x');
  await expect(contentOf('model', 'gone.safetensors')).rejects.toThrow(
    `${at('model/gone.safetensors')}: can't be opened`,
  );
});

describe('ranges', () => {
  test('are read exactly, into memory of their own', async () => {
    await put(
      'model/x',
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    );
    const source = await (await nodeFolder(at('model'))).folder.open('x');
    const bytes = await source.read(250, 6);
    expect([...bytes]).toEqual([250, 251, 252, 253, 254, 255]);
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 6]);
    expect((await source.read(256, 0)).length).toBe(0);
    await expect(source.read(250, 7)).rejects.toThrow('bytes 250 to 257 lie outside the file of 256 bytes');
    await expect(source.read(-1, 2)).rejects.toThrow('outside the file');
    await source.close();
    await source.close();
  });

  test('a file that became shorter is noticed', async () => {
    await put('model/x', new Uint8Array(100));
    const source = await (await nodeFolder(at('model'))).folder.open('x');
    await truncate(at('model/x'), 50);
    await expect(source.read(0, 100)).rejects.toThrow('became shorter than 100 bytes while it was read');
    await source.close();
  });

  test('a range over 2 GiB comes in parts (a sparse file, its middle read)', async () => {
    await put('model/x', '');
    await truncate(at('model/x'), 5 * 2 ** 30);
    const source = await (await nodeFolder(at('model'))).folder.open('x');
    expect(source.size).toBe(5 * 2 ** 30);
    // 200 MB crosses the 64 MiB parts three times; 2 GiB of memory would be too much to ask of a test machine.
    const bytes = await source.read(3 * 2 ** 30 + 1, 200_000_000);
    expect(bytes.length).toBe(200_000_000);
    await source.close();
  });

  test('an abort is seen between parts', async () => {
    await put('model/x', new Uint8Array(10));
    const source = await (await nodeFolder(at('model'))).folder.open('x');
    await expect(source.read(0, 10, AbortSignal.abort())).rejects.toThrow(/abort/i);
    await source.close();
  });
});

describe('links', () => {
  test('inside the folder are followed', async () => {
    await put('model/real.safetensors', 'weights');
    await link('real.safetensors', 'model/model.safetensors');
    expect(await contentOf('model', 'model.safetensors')).toBe('weights');
  });

  test('out of the folder are refused, by whatever way they lead', async () => {
    await put('secret.txt');
    await link(at('secret.txt'), 'model/model.safetensors');
    await link('../secret.txt', 'model/config.json');
    await link('..', 'model/up');
    for (const file of ['model.safetensors', 'config.json']) {
      await expect(contentOf('model', file)).rejects.toThrow(
        `${at('model', file)}: links to ${at('secret.txt')}, which is outside the checkpoint's folder`,
      );
    }
    await expect(contentOf('model', 'up/secret.txt')).rejects.toThrow('expected a plain file name');
  });

  test('a folder whose name begins like the other is outside, too', async () => {
    await put('model-secret/x');
    await link('../model-secret/x', 'model/x');
    await expect(contentOf('model', 'x')).rejects.toThrow("outside the checkpoint's folder");
  });

  test('of the Hugging Face cache into its blobs are followed, and only there', async () => {
    const snapshot = 'models--org--name/snapshots/abc123';
    await put('models--org--name/blobs/digest', 'weights');
    await put('models--org--name/refs/main', 'abc123');
    await put('models--org--other/blobs/digest', 'of another model');
    await link('../../blobs/digest', `${snapshot}/model.safetensors`);
    await link('../../refs/main', `${snapshot}/config.json`);
    await link('../../../models--org--other/blobs/digest', `${snapshot}/other.safetensors`);
    expect(await contentOf(snapshot, 'model.safetensors')).toBe('weights');
    await expect(contentOf(snapshot, 'config.json')).rejects.toThrow("outside the checkpoint's folder");
    await expect(contentOf(snapshot, 'other.safetensors')).rejects.toThrow("outside the checkpoint's folder");
  });

  test('a folder of such a snapshot has its files one level deeper', async () => {
    await put('models--o--n/blobs/digest', 'weights');
    await link('../../../blobs/digest', 'models--o--n/snapshots/abc/text_encoder/model.safetensors');
    expect(await contentOf('models--o--n/snapshots/abc/text_encoder', 'model.safetensors')).toBe('weights');
  });

  test('the folder itself may be a link', async () => {
    await put('store/model/model.safetensors', 'weights');
    await link(at('store/model'), 'current');
    expect(await contentOf('current', 'model.safetensors')).toBe('weights');
  });

  test('a link to nothing is listed, and opening it says what is wrong', async () => {
    await link('gone', 'model/model.safetensors');
    const { folder } = await nodeFolder(at('model'));
    expect(await folder.list()).toEqual(['model.safetensors']);
    await expect(folder.open('model.safetensors')).rejects.toThrow("can't be opened: ENOENT");
  });
});

test.each(['../x', 'sub/x', '..', '.', '', 'C:x', 'nul'])('the name %j is refused', async (file) => {
  await put('model/x');
  await put('x');
  await expect(contentOf('model', file)).rejects.toThrow('expected a plain file name');
});

test('files that have no name on every system are not listed', async () => {
  await put('model/model.safetensors');
  await put('model/notes 50%20.txt');
  await put('model/what?.txt');
  await put('model/a:b.txt');
  const { folder } = await nodeFolder(at('model'));
  expect(await folder.list()).toEqual(['model.safetensors', 'notes 50%20.txt']);
});

test('a pipe is refused rather than waited for', async () => {
  await put('model/x');
  execFileSync('mkfifo', [at('model/model.safetensors')]);
  const { folder } = await nodeFolder(at('model'));
  expect(await folder.list()).toEqual(['x']);
  await expect(folder.open('model.safetensors')).rejects.toThrow('expected a file');
});
