import { describe, expect, it } from 'vitest';
import type { DocumentSymbol, Position } from 'vscode-languageserver-types';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
import { edit, type Editor } from './editor';

const POLICY = `version: 1
checkpoint: model
default: bf16
rules:
  - match: ["model.layers.*.mlp.{gate,up}_proj.weight", '/.*norm.*/']
    layers: "2..-3"   # not the ends
    dtype: int4
    group: 96
    round: { stochastic: 7 }
  - { match: lm_head.weight, dtype: keep }
budget: { bits_per_weight: 4.5 }
`;

/** What slips in while somebody types, pastes or merges. */
const SLIPS = ['"', "'", '[', '{', ']', '}', '\n', '  ', '- ', ': ', '*', '**.', '/', '\\', '&a ', '*a', '#', '\t']
  .concat([
    'match: ',
    'dtype: ',
    'layers: ',
    '\ud83d',
    '---\n',
    '? ',
    '! ',
    '%',
    '>\n  x',
    '<<<<<<< HEAD\n',
    '\0',
    '\r',
  ])
  .concat(['checkpoint: ', '- match: a\n']);

const ROUNDS = Number(process.env['ROUNDS'] ?? 150);

/** Whole numbers below a bound, the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

function slipped(random: (below: number) => number): string {
  let text = POLICY;
  for (let slips = 1 + random(4); slips > 0; slips--) {
    const at = random(text.length);
    const end = random(2) === 0 ? at + random(20) : at;
    text = text.slice(0, at) + (end > at ? '' : SLIPS[random(SLIPS.length)]!) + text.slice(end);
  }
  return text;
}

/** Every feature, one after the other. */
async function askAll(editor: Editor): Promise<void> {
  await editor.completions({ snippets: true });
  await editor.hover();
  await editor.fixes();
  await editor.lenses();
  const { length } = editor.document.getText();
  for (const { range } of await editor.diagnostics()) {
    expect(editor.document.offsetAt(range.end)).toBeLessThanOrEqual(length);
  }
  checkSymbols(editor.symbols(), editor);
  await askNewer(editor);
}

/** What an editor asks for while it draws, and on request. */
async function askNewer({ service, document, position }: Editor): Promise<void> {
  const { lineCount } = document;
  const all = { start: { line: 0, character: 0 }, end: { line: lineCount, character: 0 } };
  await service.inlayHints(document, all, NEVER_CANCELLED);
  const { data } = await service.semanticTokens(document, undefined, NEVER_CANCELLED);
  // Editors drop all tokens when one of them goes backwards or has no length.
  for (let at = 0; at < data.length; at += 5) {
    expect(data[at]).toBeGreaterThanOrEqual(0);
    expect(data[at + 1]).toBeGreaterThanOrEqual(0);
    expect(data[at + 2]).toBeGreaterThan(0);
  }
  for (const { startLine, endLine } of service.foldingRanges(document)) {
    expect(startLine).toBeLessThan(endLine);
    expect(endLine).toBeLessThan(lineCount);
  }
  for (const range of service.selectionRanges(document, [position])) {
    // Editors refuse a parent that does not hold its child.
    for (let each = range; each.parent; each = each.parent) {
      const [inner, outer] = [each.range, each.parent.range];
      expect(document.offsetAt(outer.start)).toBeLessThanOrEqual(document.offsetAt(inner.start));
      expect(document.offsetAt(inner.end)).toBeLessThanOrEqual(document.offsetAt(outer.end));
    }
  }
  await service.definition(document, position, { tensorLists: true }, NEVER_CANCELLED);
  await service.references(document, position, { includeDeclaration: true }, NEVER_CANCELLED);
  await service.prepareRename(document, position);
  await service.rename(document, position, 'ours', { documentChanges: false });
  await service.documentLinks(document, NEVER_CANCELLED);
  service.format(document, undefined, { tabSize: 2 });
}

/** Editors refuse a symbol without a name, and one whose name stands outside of it. */
function checkSymbols(symbols: readonly DocumentSymbol[], editor: Editor): void {
  const offset = (position: Position): number => editor.document.offsetAt(position);
  for (const { name, range, selectionRange, children } of symbols) {
    expect(name).not.toBe('');
    expect(offset(range.start)).toBeLessThanOrEqual(offset(selectionRange.start));
    expect(offset(selectionRange.end)).toBeLessThanOrEqual(offset(range.end));
    checkSymbols(children ?? [], editor);
  }
}

describe('a policy with slips in it', () => {
  it(`gets an answer to every question (${ROUNDS} policies)`, async () => {
    const random = createRandom(20_260_101);
    for (let round = 0; round < ROUNDS; round++) {
      const text = slipped(random);
      const at = random(text.length + 1);
      await expect(
        askAll(edit(`${text.slice(0, at)}|${text.slice(at)}`)),
        JSON.stringify(text),
      ).resolves.toBeUndefined();
    }
  });
});
