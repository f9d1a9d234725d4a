import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Range, SemanticTokens } from 'vscode-languageserver-types';
import { KEEP } from '../../core/policy/read/dtype';
import type { TextRange } from '../../core/policy/range';
import type { ScalarNode } from '../../core/policy/syntax';
import { firstTensors } from '../../core/resolve/tensor-set';
import type { Analysis } from '../analysis';
import type { Cancellation } from '../cancellation';
import { formatNames, namesFormat } from '../custom-formats';
import { globParts } from '../glob-parts';
import { keysAt } from '../keys-at';
import { patternsOf } from '../patterns';
import type { ServiceContext } from '../service-context';
import { insideQuotes, walkSyntax } from '../syntax-walk';

export const TOKEN_TYPES = [
  /** Key of the language. */
  'property',
  /** Name of a format, built in or defined here. */
  'dtype',
  'keyword',
  /** Literal part of a glob between its dots. */
  'segment',
  'wildcard',
  /** Word in the braces of a glob. */
  'capture',
  'regexp',
  'number',
  'operator',
] as const;

export const TOKEN_MODIFIERS = [
  'declaration',
  /** A spelling of another tool. */
  'deprecated',
  /** A pattern whose tensors are all decided by later rules. */
  'overridden',
] as const;

type TokenType = (typeof TOKEN_TYPES)[number];
type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

interface Token extends TextRange {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** What the words of a policy are, as the text and the checkpoint say; of a range, or of all of it. */
export async function semanticTokens(
  document: TextDocument,
  range: Range | undefined,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<SemanticTokens> {
  const analysis = await context.analyses.of(document);
  if (cancellation.isCancellationRequested) return { data: [] };
  const { document: text } = analysis.snapshot;
  const asked = range ? { start: text.offsetAt(range.start), end: text.offsetAt(range.end) } : undefined;
  const tokens = tokensOf(analysis, context)
    .filter(({ start, end }) => end > start && (!asked || (start < asked.end && end > asked.start)))
    .sort((a, b) => a.start - b.start);
  return { data: encoded(tokens, text) };
}

function tokensOf(analysis: Analysis, context: ServiceContext): Token[] {
  const { syntax, document, formats } = analysis.snapshot;
  const tokens: Token[] = [];
  const add = ({ start, end }: TextRange, type: TokenType, ...modifiers: TokenModifier[]): void => {
    tokens.push({ start, end, type, modifiers });
  };
  const overridden = overriddenPatterns(analysis, context);
  const own = new Set(formatNames(syntax.root).definitions);
  walkSyntax(syntax.root, ({ node, path, kind }) => {
    if (node.kind !== 'scalar') return;
    const inside = insideQuotes(node);
    const last = path.findLast((step) => typeof step === 'string');
    if (kind === 'key') {
      if (own.has(node)) add(inside, 'dtype', 'declaration');
      else if (keysAt(path).some(({ name }) => name === node.text)) add(inside, 'property');
    } else if (namesFormat(path)) {
      const found = formats.find(node.text);
      if (node.text === KEEP) add(inside, 'keyword');
      else if (found?.canonical === false) add(inside, 'dtype', 'deprecated');
      else if (found || [...own].some(({ text }) => text === node.text)) add(inside, 'dtype');
    } else if (path[0] === 'rules' && (last === 'match' || last === 'except')) {
      const marks: TokenModifier[] = overridden.has(node.range.start) ? ['overridden'] : [];
      for (const part of patternTokens(node, document.getText())) add(part, part.type, ...marks);
    } else if (path[0] === 'rules' && last === 'layers') {
      for (const part of layerTokens(node, document.getText())) add(part, part.type);
    }
  });
  return tokens;
}

type TypedRange = TextRange & { readonly type: TokenType };

/** Escapes of the quotes make places unclear: then the pattern is one token. */
function patternTokens(node: ScalarNode, text: string): readonly TypedRange[] {
  const inside = insideQuotes(node);
  if (node.text.startsWith('/')) return [{ ...inside, type: 'regexp' }];
  if (text.slice(inside.start, inside.end) !== node.text) return [{ ...inside, type: 'segment' }];
  return globParts(node.text).map(({ kind, start, end }) => ({
    type: kind,
    start: inside.start + start,
    end: inside.start + end,
  }));
}

function layerTokens(node: ScalarNode, text: string): readonly TypedRange[] {
  const { start, end } = insideQuotes(node);
  return [...text.slice(start, end).matchAll(/-?\d+|\.\./g)].map((match) => ({
    type: match[0] === '..' ? 'operator' : 'number',
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));
}

/** Where the patterns stand that match tensors of which their rule decides none. */
function overriddenPatterns({ plan, snapshot }: Analysis, { matches }: ServiceContext): ReadonlySet<number> {
  if (!plan) return new Set();
  const { tree, outcomes, outcomeOf } = plan;
  const lost = patternsOf(snapshot.policy).filter(({ rule, key, pattern }) => {
    if (key === 'except') return false;
    const matched = matches.matches(tree, pattern);
    const isOwn = (at: number): boolean => {
      const { decider } = outcomes[outcomeOf[at]!]!;
      return decider.kind === 'rule' && decider.index === rule.index;
    };
    return matched.size > 0 && firstTensors(matched, 1, isOwn).length === 0;
  });
  return new Set(lost.map(({ pattern }) => pattern.range.start));
}

/** The protocol counts each token from the one before; a token stays in one line. */
function encoded(tokens: readonly Token[], text: TextDocument): number[] {
  const data: number[] = [];
  let [line, character, end] = [0, 0, 0];
  for (const token of tokens) {
    const start = text.positionAt(token.start);
    if (token.start < end || text.positionAt(token.end).line !== start.line) continue;
    const modifiers = token.modifiers.reduce((bits, name) => bits | (1 << TOKEN_MODIFIERS.indexOf(name)), 0);
    const column = start.line === line ? start.character - character : start.character;
    data.push(start.line - line, column, token.end - token.start, TOKEN_TYPES.indexOf(token.type), modifiers);
    [line, character, end] = [start.line, start.character, token.end];
  }
  return data;
}
