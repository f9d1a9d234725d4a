import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  InlayHint,
  ProtocolConnection,
  WorkspaceDiagnosticReport,
  WorkspaceFullDocumentDiagnosticReport,
} from 'vscode-languageserver-protocol/node';
import { nodeHost } from '../../extension/server/node-host';
import { connect, MINIMAL, type TestClient } from './client';
import { tempModel, type TempModel } from './temp-model';

const GOOD = 'version: 1\ncheckpoint: model\nrules:\n  - match: "**.up_proj.weight"\n    dtype: fp8_e4m3\n';
const TYPO = GOOD.replace('up_proj', 'upp_proj');

let model: TempModel;
let client: TestClient | undefined;

beforeEach(async () => {
  model = await tempModel();
});

afterEach(async () => {
  client?.dispose();
  await model.remove();
});

/** An editor that asks for findings of the whole workspace, and is told to ask again. */
async function puller(settings: unknown = {}, refreshed: string[] = []): Promise<TestClient> {
  const refreshSupport = true;
  const capabilities = {
    textDocument: { diagnostic: {} },
    workspace: {
      configuration: true,
      diagnostics: { refreshSupport },
      inlayHint: { refreshSupport },
      semanticTokens: { refreshSupport },
    },
  };
  const workspaceFolders = [{ uri: pathToFileURL(model.folder).toString(), name: 'folder' }];
  const answer = (connection: ProtocolConnection): void => {
    connection.onRequest('workspace/configuration', () => [current.settings]);
    for (const what of ['diagnostic', 'inlayHint', 'semanticTokens']) {
      connection.onRequest(`workspace/${what}/refresh`, () => void refreshed.push(what));
    }
  };
  const current = { settings };
  const connected = await connect(nodeHost(), { ...MINIMAL, capabilities, workspaceFolders }, answer);
  client = connected;
  return Object.assign(connected, {
    set: (changed: unknown) => {
      current.settings = changed;
      return connected.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    },
  });
}

type PreviousIds = readonly { readonly uri: string; readonly value: string }[];

/** Findings of the policies that changed since `previous`, as `file: codes`, and the ids for the next question. */
async function pullAll(previous: PreviousIds = []): Promise<{ told: readonly string[]; ids: PreviousIds }> {
  const { items } = await client!.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
    identifier: 'downcast',
    previousResultIds: previous,
  });
  const full = items.filter((item): item is WorkspaceFullDocumentDiagnosticReport => item.kind === 'full');
  return {
    told: full.map(({ uri, items: found }) => `${path.basename(uri)}: ${found.map(({ code }) => code).join()}`),
    ids: items.map(({ uri, resultId }) => ({ uri, value: resultId! })),
  };
}

async function changed(...uris: readonly string[]): Promise<void> {
  const changes = uris.map((uri) => ({ uri, type: 2 }));
  await client!.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
}

const write = (name: string, text: string): Promise<void> => writeFile(path.join(model.folder, name), text);
const uriOf = (name: string): string => pathToFileURL(path.join(model.folder, name)).toString();

describe('workspace/diagnostic', () => {
  it('tells of all policies of the folders, and nothing of those of packages', async () => {
    await mkdir(path.join(model.folder, 'deep/er'), { recursive: true });
    await mkdir(path.join(model.folder, 'node_modules'));
    await write('a.dtype.yaml', TYPO);
    await write('deep/er/b.dtype.yml', GOOD.replace('model', '../../model'));
    await write('node_modules/c.dtype.yaml', TYPO);
    await puller();
    expect((await pullAll()).told.toSorted()).toEqual(['a.dtype.yaml: no-match', 'b.dtype.yml: ']);
  });

  it('waits with its answer until there is news', async () => {
    await write('a.dtype.yaml', TYPO);
    await puller();
    const first = await pullAll();
    let answered = false;
    const second = pullAll(first.ids).finally(() => (answered = true));
    await changed(uriOf('a.dtype.yaml'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(answered).toBe(false);
    await write('a.dtype.yaml', GOOD);
    await changed(uriOf('a.dtype.yaml'));
    expect((await second).told).toEqual(['a.dtype.yaml: ']);
  });

  it('takes back the findings of a policy that was deleted', async () => {
    await write('a.dtype.yaml', TYPO);
    await puller();
    const { ids } = await pullAll();
    await rm(path.join(model.folder, 'a.dtype.yaml'));
    const next = pullAll(ids);
    await changed(uriOf('a.dtype.yaml'));
    expect((await next).told).toEqual(['a.dtype.yaml: ']);
  });

  it('looks again when the checkpoint of a policy that is not open changed', async () => {
    await write('a.dtype.yaml', GOOD.replace('**.up_proj.weight', 'model.layers.2.mlp.up_proj.weight'));
    await puller();
    const { told, ids } = await pullAll();
    expect(told).toEqual(['a.dtype.yaml: no-match']);
    const next = pullAll(ids);
    await model.write(3);
    await changed(model.weights);
    expect((await next).told).toEqual(['a.dtype.yaml: ']);
  });
});

describe('what a policy is made from', () => {
  it('is looked at again when its checkpoint is put in place', async () => {
    const folder = path.dirname(fileURLToPath(model.weights));
    await rename(folder, `${folder}-later`);
    client = await connect(nodeHost());
    await client.open(model.policy, GOOD);
    expect(await client.diagnostics(model.policy)).toMatchObject([{ code: 'checkpoint' }]);
    await rename(`${folder}-later`, folder);
    await changed(pathToFileURL(folder).toString());
    expect(await client.diagnostics(model.policy)).toEqual([]);
  });

  it('is looked at again when a policy changes that it extends, over another one, or that appears', async () => {
    client = await connect(nodeHost());
    await client.open(model.policy, `extends: base.dtype.yaml\n${GOOD}`);
    await client.diagnostics(model.policy);
    await write('base.dtype.yaml', 'version: 1\nextends: root.dtype.yaml\n');
    await changed(uriOf('base.dtype.yaml'));
    await client.diagnostics(model.policy);
    await write('root.dtype.yaml', 'version: 1\n');
    await changed(uriOf('root.dtype.yaml'));
    expect(await client.diagnostics(model.policy)).toBeDefined();
    // Typed in an editor, not yet on disk.
    await client.open(uriOf('root.dtype.yaml'), 'version: 1\ndefault: bf16\n');
    expect(await client.diagnostics(model.policy)).toBeDefined();
  });
});

describe('settings', () => {
  it('make findings louder or leave them out, at once when they change', async () => {
    await puller({ findings: { 'no-match': 'hint' } });
    await client!.open(model.policy, TYPO);
    const codes = async (): Promise<unknown> => {
      const report = await client!.ask<{ items: { code: string; severity: number }[] }>(
        'textDocument/diagnostic',
        model.policy,
      );
      return report.items.map(({ code, severity }) => `${code} ${severity}`);
    };
    await expect.poll(codes).toEqual(['no-match 4']);
    await (client as TestClient & { set(settings: unknown): Promise<void> }).set({ findings: { 'no-match': 'off' } });
    await expect.poll(codes).toEqual([]);
  });

  it('say what hints tell, and the editor is asked to draw them again', async () => {
    const refreshed: string[] = [];
    await puller({ inlayHints: { bytes: false, bits: false, total: false } }, refreshed);
    await client!.open(model.policy, GOOD);
    const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
    const labels = async (): Promise<unknown> => {
      const hints = await client!.ask<InlayHint[]>('textDocument/inlayHint', model.policy, { range });
      return hints.map(({ label }) => label);
    };
    await expect.poll(labels).toEqual(['2 tensors']);
    await expect.poll(() => [...new Set(refreshed)].sort()).toEqual(['diagnostic', 'inlayHint', 'semanticTokens']);
  });

  it('are taken from the start, or from a change, where the editor can not be asked', async () => {
    const initializationOptions = { settings: { findings: { 'no-match': 'warning' } } };
    client = await connect(nodeHost(), { ...MINIMAL, initializationOptions });
    await client.open(model.policy, TYPO);
    expect(await client.diagnostics(model.policy)).toMatchObject([{ severity: 2 }]);
    const settings = { downcast: { findings: { 'no-match': 'information', tied: 'loud' } } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings });
    expect(await client.diagnostics(model.policy)).toMatchObject([{ severity: 3 }]);
    expect(client.log.join()).toContain('tied: "loud" is no level');
  });
});
