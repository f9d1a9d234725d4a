import type { Finding } from './finding';
import type { PatternError } from './glob-syntax';
import { checkText, LIMITS } from './limits';
import { checkPattern } from './pattern';
import type { Pattern } from './policy';
import { ERRORS_SHOWN, readYaml, type ReadYaml } from './read-yaml';
import { splitRules, type SplitPolicy } from './split-rules';
import type { ListNode, MapNode, SyntaxNode } from './syntax';
import { shiftFinding, shiftNode } from './shift';

/** What a text says as YAML, as far as it could be read. */
export interface SyntaxTree {
  readonly text: string;
  /** Undefined for an empty file and for one that breaks a limit. */
  readonly root: SyntaxNode | undefined;
  readonly findings: readonly Finding[];
}

/** Remembers what rules say, so that typing in one of them reads that one anew. */
export interface SyntaxCache {
  /** `make` reads a text that is equal. */
  remember(text: string, make: (text: string) => ReadYaml): ReadYaml;
  /** Why a pattern does not compile; undefined for one that does. */
  check(pattern: Pick<Pattern, 'kind' | 'source'>): PatternError | undefined;
}

/** Characters of text that are remembered; trees take some ten times as much. */
const MOST_CHARACTERS = 400_000;

/** Patterns that are remembered, whether they compile; then all are forgotten. */
const MOST_PATTERNS = 5000;

/** A cache for one owner. */
export function createSyntaxCache(): SyntaxCache {
  const checked = new Map<string, PatternError | undefined>();
  const known = new Map<string, { readonly own: string; readonly yaml: ReadYaml }>();
  let characters = 0;
  return {
    remember(text, make) {
      const found = known.get(text);
      // Put at the end again: a Map keeps its order, so the first text is the one not asked for the longest.
      if (found) known.delete(text);
      else characters += text.length;
      const own = found?.own ?? ownText(text);
      const yaml = found?.yaml ?? make(own);
      known.set(own, { own, yaml });
      for (const oldest of known.keys()) {
        if (characters <= MOST_CHARACTERS || oldest === own) break;
        characters -= oldest.length;
        known.delete(oldest);
      }
      return yaml;
    },
    check(pattern) {
      const key = `${pattern.kind} ${pattern.source}`;
      if (checked.has(key)) return checked.get(key);
      if (checked.size >= MOST_PATTERNS) checked.clear();
      const error = checkPattern(pattern);
      checked.set(key, error);
      return error;
    },
  };
}

/** The same text in memory of its own: engines keep the whole of a text alive for any part that was cut from it. */
function ownText(part: string): string {
  return JSON.parse(JSON.stringify(part)) as string;
}

/**
 * Reads a policy's text as YAML, rule by rule where it is written as usual: then an error in one rule costs no
 * other rule, and a cache that outlives the call makes the next one fast. Never throws.
 */
export function readSyntax(text: string, cache?: SyntaxCache): SyntaxTree {
  const broken = checkText(text);
  if (broken) return { text, root: undefined, findings: [broken] };
  const split = splitRules(text);
  const joined = split && joinParts(split, text, cache);
  if (joined) return joined;
  const { root, findings, errors } = readYaml(text);
  return { text, root, findings: [...findings, ...errors] };
}

/** Undefined when the parts do not fit together, so that the whole must be read at once. */
function joinParts(
  { head, rulesKey, items, tail }: SplitPolicy,
  text: string,
  cache: SyntaxCache | undefined,
): SyntaxTree | undefined {
  const read = (part: string, depth: number): ReadYaml => {
    const make = (own: string): ReadYaml => readYaml(own, depth);
    return cache ? cache.remember(part, make) : make(part);
  };
  const parts: { readonly start: number; readonly yaml: ReadYaml }[] = [];
  const add = (start: number, end: number, depth: number): SyntaxNode | undefined => {
    const yaml = read(text.slice(start, end), depth);
    parts.push({ start, yaml });
    return yaml.root && shiftNode(yaml.root, start);
  };
  const top = add(head.start, head.end, 0);
  if (!isBlockMap(top)) return undefined;
  const rules = top.entries.at(-1);
  if (rules?.key.range.start !== rulesKey || rules.value?.kind !== 'empty') return undefined;
  const list: SyntaxNode[] = [];
  for (const { start, end } of items) {
    const item = add(start, end, 1);
    if (item?.kind !== 'list' || item.items.length !== 1) return undefined;
    list.push(item);
  }
  const bottom = tail && add(tail.start, tail.end, 0);
  if (tail && !isBlockMap(bottom)) return undefined;
  if (breaksLimit(parts.map(({ yaml }) => yaml))) return undefined;
  const lists = list as readonly ListNode[];
  const value: ListNode = {
    kind: 'list',
    items: lists.flatMap((each) => each.items),
    range: { start: lists[0]!.range.start, end: lists.at(-1)!.range.end },
  };
  const below = isBlockMap(bottom) ? bottom : undefined;
  const root: MapNode = {
    ...top,
    entries: [...top.entries.slice(0, -1), { key: rules.key, value }, ...(below?.entries ?? [])],
    range: { start: top.range.start, end: (below ?? value).range.end },
  };
  const shifted = (pick: (yaml: ReadYaml) => readonly Finding[]): readonly Finding[] =>
    parts.flatMap(({ start, yaml }) => pick(yaml).map((found) => shiftFinding(found, start)));
  const errors = shifted((yaml) => yaml.errors).slice(0, ERRORS_SHOWN);
  return { text, root, findings: [...shifted((yaml) => yaml.findings), ...errors] };
}

function isBlockMap(node: SyntaxNode | undefined): node is MapNode {
  return node?.kind === 'map' && !node.flow && node.column === 0;
}

/** Whether the parts hold too much together, or one of them does alone. */
function breaksLimit(parts: readonly ReadYaml[]): boolean {
  const total = (pick: (counts: ReadYaml['counts']) => number): number =>
    parts.reduce((sum, { counts }) => sum + pick(counts), 0);
  return (
    parts.some(({ root }) => root === undefined) ||
    total(({ tokens }) => tokens) > LIMITS.tokens ||
    total(({ aliases }) => aliases) > LIMITS.aliases ||
    total(({ values }) => values) > LIMITS.values
  );
}
