import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHost } from '../../extension/server/node-host';
import { connect, MINIMAL, type TestClient } from './client';
import { tempModel, type TempModel } from './temp-model';

const GOOD = 'version: 1\ncheckpoint: model\nrules:\n  - match: "**.up_proj.weight"\n    dtype: fp8_e4m3\n';
const TYPO = GOOD.replace('up_proj', 'upp_proj');

let model: TempModel;
let client: TestClient;

beforeEach(async () => {
  model = await tempModel();
  client = await connect(nodeHost());
});

afterEach(async () => {
  client.dispose();
  await model.remove();
});

describe('with an editor that can do nothing special', () => {
  it('sends findings after a policy was opened', async () => {
    await client.open(model.policy, TYPO);
    const [found] = await client.diagnostics(model.policy);
    expect(found).toMatchObject({ code: 'no-match', severity: 1, source: 'downcast', range: { start: { line: 3 } } });
    expect(client.server.capabilities.diagnosticProvider).toBeUndefined();
  });

  it('sends them again when the text changes, and none when it is closed', async () => {
    await client.open(model.policy, TYPO);
    await client.diagnostics(model.policy);
    await client.change(model.policy, GOOD);
    expect(await client.diagnostics(model.policy)).toEqual([]);
    await client.change(model.policy, TYPO);
    expect(await client.diagnostics(model.policy)).toHaveLength(1);
    await client.close(model.policy);
    expect(await client.diagnostics(model.policy)).toEqual([]);
  });

  it('proposes tensors of the checkpoint', async () => {
    await client.open(model.policy, GOOD.replace('**.up_proj.weight', ''));
    const { items } = await client.complete(model.policy, 3, 12);
    expect(items.map(({ label }) => label)).toContain('model.layers.*.mlp.{up,down}_proj.weight');
  });

  it('explains a pattern', async () => {
    await client.open(model.policy, GOOD);
    const hover = await client.hover(model.policy, 3, 16);
    expect(hover?.contents).toMatchObject({ kind: 'markdown' });
    expect(JSON.stringify(hover?.contents)).toContain('Matches 2 tensors');
  });

  it('shows lenses whose first argument is the policy', async () => {
    await client.open(model.policy, GOOD);
    const lenses = await client.lenses(model.policy);
    expect(lenses.map(({ command }) => command?.title)).toEqual([
      'Apply downcast',
      'Evaluate',
      'Open heatmap',
      '2.05 kB → 1.31 kB, 20.50 bits per weight',
      '2 tensors, 1.02 kB → 288 B',
    ]);
    expect(lenses[4]?.command?.arguments).toEqual([model.policy, 0]);
  });

  it('offers the fix of a finding', async () => {
    await client.open(model.policy, TYPO);
    const [found] = await client.diagnostics(model.policy);
    const [fix] = await client.fixes(model.policy, found!);
    expect(fix).toMatchObject({ kind: 'quickfix', isPreferred: true, diagnostics: [{ code: 'no-match' }] });
    expect(fix?.edit?.changes?.[model.policy]?.[0]?.newText).toBe('"**.up_proj.weight"');
  });

  it('answers about a document that is not open as if it were empty', async () => {
    expect(await client.hover(model.policy, 0, 0)).toBeNull();
    expect(await client.complete(model.policy, 0, 0)).toEqual({ isIncomplete: false, items: [] });
    expect(await client.lenses(model.policy)).toEqual([]);
  });
});

describe('when the checkpoint changes on disk', () => {
  it('looks at the policies that name it again', async () => {
    await client.open(model.policy, GOOD.replace('**.up_proj.weight', 'model.layers.2.mlp.up_proj.weight'));
    expect(await client.diagnostics(model.policy)).toMatchObject([{ code: 'no-match' }]);
    await model.write(3);
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: model.weights, type: 2 }],
    });
    expect(await client.diagnostics(model.policy)).toEqual([]);
  });

  it('says so when it can not be opened, and tries again', async () => {
    await client.open(model.policy, GOOD.replace('checkpoint: model', 'checkpoint: missing'));
    const [found] = await client.diagnostics(model.policy);
    expect(found).toMatchObject({ code: 'checkpoint', severity: 1, range: { start: { line: 1, character: 12 } } });
    await client.change(model.policy, GOOD);
    expect(await client.diagnostics(model.policy)).toEqual([]);
  });

  it('ignores files of other folders', async () => {
    await client.open(model.policy, GOOD);
    await client.diagnostics(model.policy);
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: model.weights.replace('/model/', '/model2/'), type: 2 }],
    });
    await client.change(model.policy, `${GOOD}# more\n`);
    // The only message is the one for the change of the text.
    expect(await client.diagnostics(model.policy)).toEqual([]);
  });
});

describe('with an editor that asks for findings itself', () => {
  it('answers, sends none, and asks to be asked again when the checkpoint changed', async () => {
    const refreshed: string[] = [];
    let told = (): void => undefined;
    const both = new Promise<void>((resolve) => (told = resolve));
    const capabilities = {
      textDocument: { diagnostic: {} },
      workspace: { diagnostics: { refreshSupport: true }, codeLens: { refreshSupport: true } },
    };
    const puller = await connect(nodeHost(), { ...MINIMAL, capabilities }, (connection) => {
      for (const method of ['workspace/diagnostic/refresh', 'workspace/codeLens/refresh']) {
        connection.onRequest(method, () => {
          if (refreshed.push(method) === 2) told();
          return null;
        });
      }
    });
    expect(puller.server.capabilities.diagnosticProvider).toMatchObject({ identifier: 'downcast' });
    await puller.open(model.policy, TYPO);
    const report = await puller.ask('textDocument/diagnostic', model.policy);
    expect(report).toMatchObject({ kind: 'full', items: [{ code: 'no-match' }] });
    await puller.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: model.weights, type: 2 }],
    });
    await both;
    expect(refreshed.sort()).toEqual(['workspace/codeLens/refresh', 'workspace/diagnostic/refresh']);
    puller.dispose();
  });
});

describe('with an editor that watches files on request', () => {
  it('asks it to watch the folders of the checkpoints that open policies name', async () => {
    const capabilities = {
      workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } },
    };
    const asked: unknown[] = [];
    let told = (): void => undefined;
    const registered = new Promise<void>((resolve) => (told = resolve));
    const watcher = await connect(nodeHost(), { ...MINIMAL, capabilities }, (connection) => {
      connection.onRequest('client/registerCapability', (params: unknown) => {
        asked.push(params);
        told();
        return null;
      });
    });
    await watcher.open(model.policy, GOOD);
    await registered;
    expect(JSON.stringify(asked)).toContain(model.weights.replace('/model.safetensors', ''));
    watcher.dispose();
  });
});
