import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  DocumentLink,
  FoldingRange,
  InlayHint,
  Location,
  LocationLink,
  SelectionRange,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { nodeHost } from '../../extension/server/node-host';
import { connect, MINIMAL, type TestClient } from './client';
import { tempModel, type TempModel } from './temp-model';

const POLICY = `version: 1
checkpoint: model
rules:
  - match: "**.up_proj.weight"
    dtype: fp8_e4m3
  - match:   "**.down_proj.weight"
    dtype: mine
formats:
  mine: { codebook: [-1, 0, 1], group: 32 }
# https://example.org
`;

let model: TempModel;
let client: TestClient;

beforeEach(async () => {
  model = await tempModel();
  client = await connect(nodeHost());
  await client.open(model.policy, POLICY);
});

afterEach(async () => {
  client.dispose();
  await model.remove();
});

const ALL = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
const at = (line: number, character: number): object => ({ position: { line, character } });

describe('on a real connection, to an editor that asks for the edits of code actions later', () => {
  it('codeAction/resolve: the rules are compacted when somebody chooses it', async () => {
    const capabilities = { textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } } };
    const resolver = await connect(nodeHost(), { ...MINIMAL, capabilities });
    try {
      expect(resolver.server.capabilities.codeActionProvider).toMatchObject({ resolveProvider: true });
      const verbose = `version: 1
checkpoint: model
default: keep
rules:
  - match: "**.up_proj.weight"
    dtype: int8
  - match: "**.gate_proj.weight"
    dtype: int8
`;
      await resolver.open(model.policy, verbose);
      const offered = await resolver.ask<CodeAction[]>('textDocument/codeAction', model.policy, {
        range: { start: { line: 5, character: 4 }, end: { line: 5, character: 4 } },
        context: { diagnostics: [], only: ['refactor'] },
      });
      expect(offered).toMatchObject([{ title: 'Compact the rules', kind: 'refactor.rewrite.compact' }]);
      expect(offered[0]!.edit).toBeUndefined();
      const { edit } = await resolver.connection.sendRequest<CodeAction>('codeAction/resolve', offered[0]);
      const document = TextDocument.create(model.policy, 'dtype-policy', 1, verbose);
      const compact = TextDocument.applyEdits(document, edit!.changes![model.policy]!);
      expect(compact.match(/- match:/g)).toHaveLength(1);
      await resolver.change(model.policy, `${verbose}# more\n`);
      const late = resolver.connection.sendRequest('codeAction/resolve', offered[0]);
      await expect(late).rejects.toThrow('the policy was changed meanwhile; ask again');
    } finally {
      resolver.dispose();
    }
  });
});

describe('on a real connection, to an editor that can do nothing special', () => {
  it('completionItem/resolve: a dtype is explained when it is looked at', async () => {
    const { items } = await client.ask<CompletionList>('textDocument/completion', model.policy, at(4, 11));
    const int8 = items.find(({ label }) => label === 'int8')!;
    expect(int8.documentation).toBeUndefined();
    const resolved = await client.connection.sendRequest<CompletionItem>('completionItem/resolve', int8);
    expect(JSON.stringify(resolved.documentation)).toContain('8-bit integer');
  });

  it('textDocument/inlayHint: what each dtype does', async () => {
    const hints = await client.ask<InlayHint[]>('textDocument/inlayHint', model.policy, { range: ALL });
    expect(hints.map(({ label }) => label)).toContain('2 tensors, 1.02 kB → 288 B, 9.00 bits');
    expect(hints.at(-1)?.label).toMatch(/^all: 2\.05 kB → /);
  });

  it('textDocument/semanticTokens: full and for a range, with the legend that was announced', async () => {
    const full = await client.ask<SemanticTokens>('textDocument/semanticTokens/full', model.policy);
    const { legend } = client.server.capabilities.semanticTokensProvider!;
    const names = full.data.filter((_, place) => place % 5 === 3).map((type) => legend.tokenTypes[type]);
    expect(names.slice(0, 4)).toEqual(['property', 'property', 'property', 'property']);
    expect(names).toEqual(expect.arrayContaining(['wildcard', 'segment', 'dtype']));
    const range = { start: { line: 4, character: 0 }, end: { line: 5, character: 0 } };
    const part = await client.ask<SemanticTokens>('textDocument/semanticTokens/range', model.policy, { range });
    expect(part.data).toHaveLength(2 * 5);
  });

  it('textDocument/foldingRange: rules and keys', async () => {
    const folds = await client.ask<FoldingRange[]>('textDocument/foldingRange', model.policy);
    expect(folds.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [2, 6],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  it('textDocument/selectionRange: from a segment outwards', async () => {
    const positions = [{ line: 3, character: 16 }];
    const [range] = await client.ask<SelectionRange[]>('textDocument/selectionRange', model.policy, { positions });
    expect(range?.range).toEqual({ start: { line: 3, character: 15 }, end: { line: 3, character: 22 } });
    expect(range?.parent?.range.start.character).toBe(12);
  });

  it('textDocument/definition: locations of formats and files', async () => {
    const places = await client.ask<Location[]>('textDocument/definition', model.policy, at(6, 13));
    const range = { start: { line: 8, character: 2 }, end: { line: 8, character: 6 } };
    expect(places).toEqual([{ uri: model.policy, range }]);
  });

  it('textDocument/references: patterns that touch the same tensors, uses of a format', async () => {
    const context = { includeDeclaration: false };
    const uses = await client.ask<Location[]>('textDocument/references', model.policy, { ...at(8, 3), context });
    expect(uses.map(({ range }) => range.start.line)).toEqual([6]);
    const patterns = await client.ask<Location[]>('textDocument/references', model.policy, { ...at(3, 16), context });
    expect(patterns.map(({ range }) => range.start.line)).toEqual([3]);
  });

  it('textDocument/prepareRename and rename: a format and its uses; what can not be is refused with a reason', async () => {
    expect(await client.ask('textDocument/prepareRename', model.policy, at(6, 13))).toMatchObject({
      placeholder: 'mine',
    });
    expect(await client.ask('textDocument/prepareRename', model.policy, at(0, 2))).toBeNull();
    const edit = await client.ask<WorkspaceEdit>('textDocument/rename', model.policy, {
      ...at(6, 13),
      newName: 'ours',
    });
    expect(edit.changes?.[model.policy]?.map(({ newText, range }) => [newText, range.start.line])).toEqual([
      ['ours', 8],
      ['ours', 6],
    ]);
    const taken = client.ask('textDocument/rename', model.policy, { ...at(6, 13), newName: 'int8' });
    await expect(taken).rejects.toThrow('int8 is the name of');
  });

  it('textDocument/documentLink: addresses and files', async () => {
    const links = await client.ask<DocumentLink[]>('textDocument/documentLink', model.policy);
    expect(links.map(({ target }) => target)).toEqual(['https://example.org']);
  });

  it('textDocument/formatting and rangeFormatting: edits of space', async () => {
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.ask<TextEdit[]>('textDocument/formatting', model.policy, { options });
    const document = TextDocument.create(model.policy, 'dtype-policy', 1, POLICY);
    expect(TextDocument.applyEdits(document, edits)).toBe(POLICY.replace('match:   ', 'match: '));
    const range = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
    expect(await client.ask('textDocument/rangeFormatting', model.policy, { options, range })).toEqual([]);
  });

  it('shows how the values of a tensor are spread', async () => {
    await client.change(model.policy, POLICY.replace('**.up_proj', 'model.layers.0.mlp.up_proj'));
    const hover = await client.hover(model.policy, 3, 20);
    expect(JSON.stringify(hover?.contents)).toContain('Values: 0 to 0, standard deviation 0, 100% zeros');
  });
});

describe('with an editor that shows texts of the server', () => {
  it('workspace/textDocumentContent: the tensors of a checkpoint without index', async () => {
    const capabilities = {
      textDocument: { definition: { linkSupport: true } },
      workspace: { textDocumentContent: { dynamicRegistration: false } },
    };
    const shower = await connect(nodeHost(), { ...MINIMAL, capabilities });
    await shower.open(model.policy, POLICY);
    const links = await shower.ask<LocationLink[]>('textDocument/definition', model.policy, at(3, 16));
    expect(links).toHaveLength(2);
    const { text } = await shower.connection.sendRequest<{ text: string }>('workspace/textDocumentContent', {
      uri: links[0]!.targetUri,
    });
    const named = links.map(({ targetSelectionRange: { start } }) => text.split('\n')[start.line]?.split(' ')[0]);
    expect(named).toEqual(['model.layers.0.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight']);
    shower.dispose();
  });
});

describe('definition of a pattern of a sharded checkpoint', () => {
  it('is a line of its index on disk', async () => {
    const folder = path.dirname(fileURLToPath(model.weights));
    const names = [0, 1].flatMap((layer) =>
      ['up', 'down'].map((which) => `model.layers.${layer}.mlp.${which}_proj.weight`),
    );
    const index = { metadata: {}, weight_map: Object.fromEntries(names.map((name) => [name, 'model.safetensors'])) };
    const file = path.join(folder, 'model.safetensors.index.json');
    await writeFile(file, JSON.stringify(index, undefined, 2));
    const other = await connect(nodeHost());
    await other.open(model.policy, POLICY);
    const [place] = await other.ask<Location[]>('textDocument/definition', model.policy, at(3, 16));
    expect(place?.uri).toBe(pathToFileURL(file).toString());
    const line = (await readFile(file, 'utf8')).split('\n')[place!.range.start.line];
    expect(line).toContain('"model.layers.0.mlp.up_proj.weight": "model.safetensors"');
    other.dispose();
  });
});
