import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '../../../extension/service/cancellation';
import { edit, memoryWorkspace } from '../editor';

const HEAD = 'version: 1\ncheckpoint: model\n';
const FORMATS = 'formats: { mine: { codebook: [-1, 0, 1], group: 64 } }\n';
const BASE = 'file:///home/me/base.dtype.yaml';
const OTHER = 'file:///home/me/other.dtype.yaml';

/** Places as `file:line text`. */
async function references(marked: string, workspace = memoryWorkspace(), includeDeclaration = true) {
  const { service, document, position } = edit(marked, workspace);
  const found = await service.references(document, position, { includeDeclaration }, NEVER_CANCELLED);
  return found.map(({ uri, range }) => {
    const text = workspace.open.get(uri)?.getText() ?? workspace.texts.get(uri) ?? '';
    const word = TextDocument.create(uri, '', 0, text).getText(range);
    return `${uri.split('/').at(-1)!}:${range.start.line} ${word}`;
  });
}

describe('references to tensors', () => {
  it('are the patterns that touch one of them, in other policies for the checkpoint, too', async () => {
    const workspace = memoryWorkspace();
    edit(`${HEAD}rules:\n  - match: "**.up_proj.*"\n    dtype: int8\n`, workspace, OTHER);
    edit('version: 1\nrules:\n  - match: "**"\n    dtype: int8\n', workspace, 'file:///home/me/none.dtype.yaml');
    const found = await references(
      `${HEAD}rules:
  - match: ["**.mlp.**", "**.q_proj.weight"]
    except: "**.up_proj.weight"
    dtype: int8
  - match: "model.layers.3.mlp.up_pr|oj.weight"
    dtype: int8
`,
      workspace,
    );
    expect(found).toEqual([
      'p.dtype.yaml:3 "**.mlp.**"',
      'p.dtype.yaml:4 "**.up_proj.weight"',
      'p.dtype.yaml:6 "model.layers.3.mlp.up_proj.weight"',
      'other.dtype.yaml:3 "**.up_proj.*"',
    ]);
  });
});

describe("references to a format of one's own", () => {
  it('are its uses, and its definition on request, where the policy is extended, too', async () => {
    const workspace = memoryWorkspace();
    workspace.texts.set(OTHER, `extends: p.dtype.yaml\ndefault: mine\n`);
    workspace.texts.set(BASE, 'default: mine\n');
    const policy = `${HEAD}default: mi|ne\nrules:\n  - match: a\n    dtype: "mine"\n${FORMATS}`;
    expect(await references(policy, workspace)).toEqual([
      'p.dtype.yaml:6 mine',
      'p.dtype.yaml:2 mine',
      'p.dtype.yaml:5 "mine"',
      'other.dtype.yaml:1 mine',
    ]);
    expect(await references(policy, workspace, false)).toHaveLength(3);
  });

  it('are none where nobody defines it', async () => {
    expect(await references('default: mi|ne\n')).toEqual([]);
  });
});
