import { describe, expect, it } from 'vitest';
import { clientDirectory, clientPlace, clientText, FILE_REQUESTS } from '../../extension/server/client-files';
import { setTimer, type ServerHost } from '../../extension/server/host';
import { connect, MINIMAL } from './client';
import { modelBytes } from './temp-model';

const POLICY = 'vscode-vfs://github/org/repo/p.dtype.yaml';
const HOST: ServerHost = {
  place: clientPlace,
  readDirectory: clientDirectory,
  readText: clientText,
  readsParts: () => false,
  setTimer,
};

const MODEL = 'vscode-vfs://github/org/repo/model';

/** An editor whose file system holds one checkpoint. */
function serveModel(uri: string): object {
  const bytes = modelBytes(2);
  if (uri === MODEL) return { directory: true, size: 0 };
  if (uri === `${MODEL}/model.safetensors`) return { directory: false, size: bytes.length };
  throw new Error(`${uri}: no such file`);
}

describe('a server that can read no files by itself', () => {
  it('asks the editor for the headers of the checkpoint, once', async () => {
    const bytes = modelBytes(2);
    let reads = 0;
    const host = HOST;
    const client = await connect(host, MINIMAL, (connection) => {
      connection.onRequest(FILE_REQUESTS.list, () => ['model.safetensors']);
      connection.onRequest(FILE_REQUESTS.stat, ({ uri }: { uri: string }) => serveModel(uri));
      connection.onRequest(FILE_REQUESTS.read, ({ offset, length }: { offset: number; length: number }) => {
        reads++;
        return { base64: Buffer.from(bytes.subarray(offset, offset + length)).toString('base64') };
      });
    });
    await client.open(POLICY, 'version: 1\ncheckpoint: model\nrules:\n  - match: "**.up.weight"\n    dtype: int8\n');
    expect(await client.diagnostics(POLICY)).toMatchObject([{ code: 'no-match' }]);
    expect(reads).toBe(1);
    client.dispose();
  });

  it('shows what the editor answers when there is no such folder', async () => {
    const host = HOST;
    const client = await connect(host, MINIMAL, (connection) => {
      connection.onRequest(FILE_REQUESTS.stat, ({ uri }: { uri: string }) => serveModel(uri));
    });
    await client.open(POLICY, 'version: 1\ncheckpoint: other\nrules: []\n');
    const [found] = await client.diagnostics(POLICY, (diagnostics) => diagnostics.length > 0);
    expect(found).toMatchObject({ code: 'checkpoint' });
    expect(found?.message).toContain('other: no such file');
    client.dispose();
  });

  it('takes folders from the list where the editor sends them', async () => {
    const ask = <R>(): Promise<R> => Promise.resolve(['a.safetensors', 'model/'] as R);
    expect(await clientDirectory('vscode-vfs://x/y', ask)).toEqual([
      { name: 'a.safetensors', folder: false },
      { name: 'model', folder: true },
    ]);
  });
});
