import type { TextDocument } from 'vscode-languageserver-textdocument';
import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver-types';
import type { SyntaxNode } from '../../core/policy/syntax';
import type { ServiceContext } from '../service-context';
import { walkSyntax } from '../syntax-walk';

/** Rules, keys with more than a line below them, and comments of several lines; from the text alone. */
export function foldingRanges(document: TextDocument, { analyses }: ServiceContext): readonly FoldingRange[] {
  const { document: text, syntax } = analyses.snapshot(document);
  const lineAt = (offset: number): number => text.positionAt(offset).line;
  const folds = new Map<number, FoldingRange>();
  const fold = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    const known = folds.get(startLine);
    if (endLine <= startLine || (known && known.endLine >= endLine)) return;
    folds.set(startLine, { startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  const covered = new Set<number>();
  walkSyntax(syntax.root, ({ node }) => {
    if (node.kind === 'map') {
      for (const { key, value } of node.entries) {
        if (value && value.range.start >= key.range.end) fold(lineAt(key.range.start), endLine(value, text));
      }
    }
    if (node.kind === 'list') for (const item of node.items) fold(lineAt(item.range.start), endLine(item, text));
    if (node.kind === 'scalar' && node.style === 'block') {
      for (let line = lineAt(node.range.start); line <= endLine(node, text); line++) covered.add(line);
    }
  });
  for (const [start, end] of commentBlocks(text, covered)) fold(start, end, FoldingRangeKind.Comment);
  return [...folds.values()].sort((a, b) => a.startLine - b.startLine);
}

function lastOffset({ range }: SyntaxNode): number {
  return Math.max(range.start, range.end - 1);
}

/** The line a closing bracket stands on alone stays in view. */
function endLine(node: SyntaxNode, text: TextDocument): number {
  const { line } = text.positionAt(lastOffset(node));
  const written = text.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  return /^\s*[\]}]/.test(written) ? line - 1 : line;
}

/** First and last lines of comments of two lines at least. */
function commentBlocks(text: TextDocument, covered: ReadonlySet<number>): readonly (readonly [number, number])[] {
  const blocks: (readonly [number, number])[] = [];
  const lines = text.getText().split('\n');
  for (let line = 0; line < lines.length; line++) {
    const isComment = (at: number): boolean => /^\s*#/.test(lines[at] ?? '') && !covered.has(at);
    if (!isComment(line)) continue;
    const start = line;
    while (isComment(line + 1)) line++;
    if (line > start) blocks.push([start, line]);
  }
  return blocks;
}
