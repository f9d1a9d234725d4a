import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { edit, memoryWorkspace } from '../editor';

const FORMATS = 'formats: { mine: { codebook: [-1, 0, 1], group: 64 } }\n';
const BASE = 'file:///home/me/base.dtype.yaml';
const OTHER = 'file:///home/me/other.dtype.yaml';

/** Texts of all files after renaming what is at the bar; a refusal as its reason. */
async function renamed(marked: string, name: string, workspace = memoryWorkspace()) {
  const { service, document, position } = edit(marked, workspace);
  const renaming = await service.rename(document, position, name, { documentChanges: false });
  if (renaming.kind === 'refused') return renaming.reason;
  return Object.entries(renaming.edit.changes ?? {}).map(([uri, edits]) => {
    const text = workspace.open.get(uri)?.getText() ?? workspace.texts.get(uri) ?? '';
    return TextDocument.applyEdits(TextDocument.create(uri, '', 0, text), edits);
  });
}

describe("renaming a format of one's own", () => {
  it('changes it wherever it is meant, open or not, and keeps quotes', async () => {
    const workspace = memoryWorkspace();
    workspace.texts.set(BASE, FORMATS);
    workspace.texts.set(OTHER, 'extends: base.dtype.yaml\ndefault: mine\n');
    expect(await renamed(`extends: base.dtype.yaml\ndefault: 'mi|ne'\n`, 'ours', workspace)).toEqual([
      `extends: base.dtype.yaml\ndefault: 'ours'\n`,
      FORMATS.replace('mine', 'ours'),
      'extends: base.dtype.yaml\ndefault: ours\n',
    ]);
  });

  it('says which name and range it is about, and that nothing else can be renamed', async () => {
    const { service, document, position } = edit(`default: "mi|ne"\n${FORMATS}`);
    const range = { start: { line: 0, character: 10 }, end: { line: 0, character: 14 } };
    expect(await service.prepareRename(document, position)).toEqual({ range, placeholder: 'mine' });
    const other = edit(`default: in|t8\n${FORMATS}`);
    expect(await other.service.prepareRename(other.document, other.position)).toBeUndefined();
    expect(await renamed('vers|ion: 1\n', 'x')).toContain('only formats');
    expect(await renamed(`default: in|t8\n${FORMATS}`, 'x')).toContain('not defined');
  });

  it.each([
    ['2fast', 'is no name of a format'],
    ['int8', 'is the name of'],
    ['keep', 'is the name of'],
    ['yours', 'is defined already'],
  ])('refuses %s', async (name, reason) => {
    const policy = `default: mi|ne\nformats:\n  mine: { codebook: [-1, 1] }\n  yours: { codebook: [-1, 1] }\n`;
    expect(await renamed(policy, name)).toContain(reason);
  });

  it('carries versions of open documents, and none of others, where the editor takes them', async () => {
    const workspace = memoryWorkspace();
    workspace.texts.set(OTHER, 'extends: p.dtype.yaml\ndefault: mine\n');
    const { service, document, position } = edit(`default: mi|ne\n${FORMATS}`, workspace);
    const renaming = await service.rename(document, position, 'ours', { documentChanges: true });
    expect(renaming).toMatchObject({
      kind: 'edit',
      edit: {
        documentChanges: [
          { textDocument: { uri: document.uri, version: 1 } },
          { textDocument: { uri: OTHER, version: null } },
        ],
      },
    });
  });
});
