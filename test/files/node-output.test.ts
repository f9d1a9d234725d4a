import { mkdir, mkdtemp, readFile, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNodeOutput, type NodeOutputOptions } from '../../extension/files/node-output';
import type { OutputFolder } from '../../extension/files/output-folder';

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'downcast-output-')));
  await mkdir(at('model'));
  await writeFile(at('model/model.safetensors'), 'weights');
});

afterEach(() => rm(home, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(home, ...parts);
const MANIFEST = '{\n  "kind": "downcast-checkpoint"\n}\n';

const create = (options: Partial<NodeOutputOptions> = {}): Promise<OutputFolder> =>
  createNodeOutput({
    path: at('out'),
    id: 'plan1',
    requiredBytes: 100,
    inputs: [at('model')],
    replace: false,
    ...options,
  });

async function write(output: OutputFolder, file: string, content: string): Promise<void> {
  const bytes = new TextEncoder().encode(content);
  const opened = await output.create(file, bytes.length);
  await opened.write(0, bytes);
  await opened.finish();
}

/** A whole earlier output at `out`. */
async function earlier(content: string, options: Partial<NodeOutputOptions> = {}): Promise<void> {
  const output = await create({ id: 'earlier', ...options });
  await write(output, 'model.safetensors', content);
  await write(output, 'downcast.json', MANIFEST);
  await output.commit();
}

const content = (file: string): Promise<string> => readFile(at(file), 'utf8');
const names = async (folder = ''): Promise<string[]> => (await readdir(at(folder))).sort();

describe('writing', () => {
  test('nothing stands under the final name until all is written; then nothing else is left', async () => {
    const output = await create();
    await write(output, 'model.safetensors', 'new weights');
    expect(await names()).toEqual(['model', 'out.partial-plan1']);
    const source = await output.open('model.safetensors');
    expect(source.size).toBe(11);
    await source.close();

    await output.commit();
    expect(await names()).toEqual(['model', 'out']);
    expect(await names('out')).toEqual(['model.safetensors']);
    expect(await content('out/model.safetensors')).toBe('new weights');
    await (await output.open('model.safetensors')).close();
    await output.discard();
    expect(await names('out')).toEqual(['model.safetensors']);
  });

  test('a file may be filled in any order, in parts', async () => {
    const output = await create();
    const file = await output.create('x', 6);
    await file.write(3, new TextEncoder().encode('def'));
    await file.write(0, new TextEncoder().encode('abc'));
    await file.finish();
    await output.commit();
    expect(await content('out/x')).toBe('abcdef');
  });

  test('folders above the output are made', async () => {
    const output = await create({ path: at('deep/er/out') });
    await output.commit();
    expect(await names('deep/er')).toEqual(['out']);
  });

  test('discard leaves nothing, also of files that are being written, and may be called twice', async () => {
    const output = await create();
    await write(output, 'a', 'a');
    const half = await output.create('b', 10);
    await half.write(0, new Uint8Array(5));
    await output.discard();
    await output.discard();
    expect(await names()).toEqual(['model']);
    await expect(output.commit()).rejects.toThrow('the output is discarded');
    await expect(output.create('c', 1)).rejects.toThrow('the output is discarded');
  });

  test('a file that is short, too long or written outside its size is refused, and the output with it', async () => {
    const output = await create();
    const file = await output.create('x', 4);
    await file.write(0, new Uint8Array(2));
    await expect(output.commit()).rejects.toThrow("can't be finished, x is not written completely");
    await expect(file.finish()).rejects.toThrow('2 of 4 bytes were written');
    await expect(output.commit()).rejects.toThrow('the output is condemned');
    const second = await (async () => {
      await output.discard();
      return (await create()).create('x', 4);
    })();
    await expect(second.write(2, new Uint8Array(3))).rejects.toThrow('bytes 2 to 5 lie outside its 4');
  });

  test.each(['../x', 'sub/x', '', 'nul', 'a:b'])('the name %j is refused', async (file) => {
    const output = await create();
    await expect(output.create(file, 1)).rejects.toThrow("can't be written");
    await output.discard();
  });
});

describe('the place', () => {
  test.each([
    ['equal to the input', 'model', ['model']],
    ['inside the input', 'model/out', ['model']],
    ['around the input', '.', ['model']],
    ['equal to a weight file', 'model/model.safetensors', ['model/model.safetensors']],
    ['around a weight file', 'model', ['model/model.safetensors']],
    ['equal to the second input', 'model', ['other', 'model']],
  ])('%s is refused', async (_, place, inputs) => {
    await mkdir(at('other'));
    await expect(create({ path: at(place), inputs: inputs.map((input) => at(input)) })).rejects.toThrow(
      'the output must not be, hold or lie in the checkpoint that is read',
    );
    expect(await names('model')).toEqual(['model.safetensors']);
  });

  test('links do not hide that it is an input', async () => {
    await symlink(at('model'), at('alias'));
    await symlink(home, at('model-home'));
    await expect(create({ path: at('alias/out') })).rejects.toThrow('must not be, hold or lie in');
    await expect(create({ path: at('model-home/model/out') })).rejects.toThrow('must not be, hold or lie in');
    await expect(create({ inputs: [at('alias')], path: at('model') })).rejects.toThrow('must not be, hold or lie in');
  });

  test('beside a single weight file, and under a name that begins like the input, is fine', async () => {
    await (await create({ path: at('model/out'), inputs: [at('model/model.safetensors')] })).discard();
    await (await create({ path: at('model-fp8') })).discard();
  });

  test('a folder that is not ours is never touched', async () => {
    await mkdir(at('out'));
    await writeFile(at('out/thesis.txt'), 'ten years of work');
    for (const replace of [false, true]) {
      await expect(create({ replace })).rejects.toThrow('exists and is no finished output of Downcast (downcast.json)');
    }
    await writeFile(at('out/downcast.json'), '{"kind": "something else"}');
    await expect(create({ replace: true })).rejects.toThrow('is no finished output of Downcast');
    expect(await content('out/thesis.txt')).toBe('ten years of work');
  });

  test('a file or link in its place is refused', async () => {
    await writeFile(at('out'), 'a file');
    await expect(create({ replace: true })).rejects.toThrow('is a file, expected a folder or nothing');
    await rm(at('out'));
    await mkdir(at('elsewhere'));
    await symlink(at('elsewhere'), at('out'));
    await expect(create({ replace: true })).rejects.toThrow('is a link, expected a folder or nothing');
  });

  test('an empty folder in its place is taken', async () => {
    await mkdir(at('out'));
    const output = await create();
    await write(output, 'x', 'x');
    await output.commit();
    expect(await names('out')).toEqual(['x']);
  });

  test('more bytes than the disk has free are refused before anything is written', async () => {
    await expect(create({ requiredBytes: 1e18 })).rejects.toThrow(/the output needs 1000 PB, .+ are free; make room/);
    expect(await names()).toEqual(['model']);
  });
});

describe('replacing an earlier output', () => {
  test('only when asked', async () => {
    await earlier('old');
    await expect(create()).rejects.toThrow('exists; choose another folder, or ask to replace it (--replace)');
    expect(await content('out/model.safetensors')).toBe('old');
  });

  test('the old one stands until the new one takes its place', async () => {
    await earlier('old');
    const output = await create({ replace: true });
    await write(output, 'model.safetensors', 'new');
    await write(output, 'downcast.json', MANIFEST);
    expect(await content('out/model.safetensors')).toBe('old');
    await output.commit();
    expect(await content('out/model.safetensors')).toBe('new');
    expect(await names()).toEqual(['model', 'out']);
  });

  test('giving up leaves the old one', async () => {
    await earlier('old');
    const output = await create({ replace: true });
    await write(output, 'model.safetensors', 'new');
    await output.discard();
    expect(await content('out/model.safetensors')).toBe('old');
    expect(await names()).toEqual(['model', 'out']);
  });

  test('not when somebody keeps folders in it', async () => {
    await earlier('old');
    await mkdir(at('out/.git'));
    await expect(create({ replace: true })).rejects.toThrow('holds the folder .git, which Downcast did not write');
  });

  test('what appeared in its place meanwhile is not overwritten', async () => {
    const output = await create();
    await write(output, 'x', 'x');
    await mkdir(at('out'));
    await writeFile(at('out/thesis.txt'), 'ten years of work');
    await expect(output.commit()).rejects.toThrow('is no finished output of Downcast');
    expect(await content('out/thesis.txt')).toBe('ten years of work');
    await output.discard();
  });
});

describe('after a crash', () => {
  test('the folder aside of a process that is gone is thrown away', async () => {
    await mkdir(at('out.partial-plan1'));
    await writeFile(at('out.partial-plan1/half.safetensors'), 'half');
    await writeFile(at('out.partial-plan1/.writing-process.json'), '{"pid": 4194304, "host": "gone"}');
    const output = await create();
    await write(output, 'x', 'x');
    await output.commit();
    expect(await names('out')).toEqual(['x']);
  });

  test('that of a living process is refused', async () => {
    const output = await create();
    await expect(create()).rejects.toThrow(`process ${process.pid} is writing this output`);
    await output.discard();
  });

  test('an old output that was moved away comes back when the new one did not arrive', async () => {
    await earlier('old');
    await rename(at('out'), at('out.replaced-plan1'));
    await expect(create()).rejects.toThrow('exists; choose another folder');
    expect(await content('out/model.safetensors')).toBe('old');
    expect(await names()).toEqual(['model', 'out']);
  });

  test('and is deleted when it did', async () => {
    await earlier('old');
    await rename(at('out'), at('out.replaced-plan1'));
    await earlier('newer', { path: at('elsewhere') });
    await rename(at('elsewhere'), at('out'));
    await (await create({ replace: true })).discard();
    expect(await content('out/model.safetensors')).toBe('newer');
    expect(await names()).toEqual(['model', 'out']);
  });
});
