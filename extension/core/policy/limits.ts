import type { CST } from 'yaml';
import { finding, type Finding } from './finding';
import type { TextRange } from './range';

/**
 * What a policy may be at most. The YAML composer calls itself once a level (10,000 levels abort the whole
 * process, and no `catch` helps) and is slow on huge flat files: so all of these are checked before it runs.
 */
export const LIMITS = {
  /** UTF-16 units. */
  characters: 1 << 20,
  lines: 10_000,
  /** Lexical tokens: words, indicators, breaks. */
  tokens: 100_000,
  /** Lists and mappings inside one another. */
  depth: 64,
  /** Uses of `*anchor`. */
  aliases: 100,
  /** Values after aliases were followed. */
  values: 100_000,
} as const;

/** The first limit of the plain text that `text` breaks, where it breaks it. Linear in the text. */
export function checkText(text: string): Finding | undefined {
  if (text.length > LIMITS.characters) {
    const message = `the policy has ${text.length} characters; ${LIMITS.characters} are read at most`;
    return tooLarge({ start: LIMITS.characters, end: text.length }, message);
  }
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (++lines > LIMITS.lines) {
      return tooLarge({ start: at + 1, end: text.length }, `the policy has more than ${LIMITS.lines} lines`);
    }
  }
  return undefined;
}

/** Counts the tokens of one text as the lexer gives them. */
export interface TokenCheck {
  /** A finding at the first token that is too many. */
  tooMany(token: string): Finding | undefined;
  counts(): { readonly tokens: number; readonly aliases: number };
}

export function createTokenCheck(): TokenCheck {
  let at = 0;
  let tokens = 0;
  let aliases = 0;
  const tooMany: TokenCheck['tooMany'] = (token) => {
    const range = { start: at, end: at + token.length };
    // The lexer's own marks (start of document, flow end by error, scalar follows) are no text.
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') at += token.length;
    if (++tokens > LIMITS.tokens) return tooLarge(range, `the policy has more than ${LIMITS.tokens} tokens`);
    if (token.length > 1 && token.startsWith('*') && ++aliases > LIMITS.aliases) {
      const message = `the policy uses more than ${LIMITS.aliases} YAML aliases; quote patterns that begin with *`;
      return tooLarge(range, message);
    }
    return undefined;
  };
  return { tooMany, counts: () => ({ tokens, aliases }) };
}

/** Where lists and mappings are nested too deep in a concrete syntax tree with `outer` more around it, without recursion. */
export function checkDepth(tokens: readonly CST.Token[], outer: number): Finding | undefined {
  const stack: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({
    token,
    depth: outer,
  }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { token, depth } = next;
    if (depth > LIMITS.depth) {
      const range = { start: token.offset, end: token.offset + 1 };
      return tooLarge(range, `lists and mappings are nested more than ${LIMITS.depth} deep`);
    }
    for (const child of children(token)) stack.push({ token: child, depth: depth + 1 });
  }
  return undefined;
}

function children(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== null && child !== undefined));
}

export function tooLarge(range: TextRange, message: string): Finding {
  return finding('too-large', 'error', range, message);
}
