import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLError } from 'yaml';
import { finding, type Finding } from './finding';
import { LIMITS, tooLarge } from './limits';
import { mend, noColon, unquoted, type MendedScalar, type MendedText } from './mend';
import type { TextRange } from './range';
import type { MapEntry, ScalarNode, ScalarStyle, SyntaxNode } from './syntax';
import { composeYaml } from './yaml-document';

/** YAML errors shown for one file; the rest are mostly echoes of the first. */
export const ERRORS_SHOWN = 10;

/** A mended slip can uncover another one; three in a row are enough for a file that is being typed. */
const MEND_ROUNDS = 3;

/** A text with more errors is not being typed but broken: it is read once, as it is. */
const MOST_ERRORS = 200;

/** A text, or a part of one, as far as it could be read. */
export interface ReadYaml {
  readonly root: SyntaxNode | undefined;
  /** In our own words. */
  readonly findings: readonly Finding[];
  /** In YAML's words, the first ones. */
  readonly errors: readonly Finding[];
  readonly counts: YamlCounts;
}

/** Limits count for a whole file, so each of its parts says how much it holds. */
export interface YamlCounts {
  readonly tokens: number;
  readonly aliases: number;
  readonly values: number;
}

/**
 * Reads a text as YAML. Never throws; mends what a half-typed file breaks, then reads it again. `depth`: lists
 * and mappings around it, when it is a part of a file.
 */
export function readYaml(text: string, depth = 0): ReadYaml {
  const findings: Finding[] = [];
  const scalars = new Map<number, MendedScalar>();
  let composed = composeYaml(text, depth);
  let readable = text;
  for (let round = 0; round < MEND_ROUNDS && !('code' in composed) && composed.errors.length > 0; round++) {
    if (composed.errors.length > MOST_ERRORS) break;
    const mended = mend(readable, composed.errors);
    if (!mended) break;
    readable = mended.text;
    findings.push(...mended.findings);
    for (const [start, scalar] of mended.scalars) scalars.set(start, scalar);
    composed = composeYaml(readable, depth);
  }
  if ('code' in composed) {
    return { root: undefined, findings: [composed], errors: [], counts: { tokens: 0, aliases: 0, values: 0 } };
  }
  const { document, tokens, aliases, second } = composed;
  const { root, values } = convert(text, document?.contents ?? null, scalars, (found) => findings.push(found));
  const errors = composed.errors.filter((error) => !isSaidElsewhere(error, findings)).slice(0, ERRORS_SHOWN);
  if (second !== undefined) {
    const range = { start: second, end: text.length };
    findings.push(
      finding('syntax', 'error', range, 'a file holds one policy; what follows the second --- is not read'),
    );
  }
  const told = errors.map((error) => syntaxFinding(text, error));
  return { root, findings, errors: told, counts: { tokens, aliases, values } };
}

/** Unresolved aliases and keys without colon are told in our own words, and mended places are told once. */
function isSaidElsewhere({ code, pos }: YAMLError, findings: readonly Finding[]): boolean {
  return (
    code === 'BAD_ALIAS' ||
    findings.some(({ range }) => pos[0] >= range.start && pos[0] <= Math.max(range.end, range.start))
  );
}

function syntaxFinding(text: string, { name, pos, message }: YAMLError): Finding {
  const start = Math.min(pos[0], text.length);
  const end = Math.min(Math.max(pos[1], start), text.length);
  return finding('syntax', name === 'YAMLWarning' ? 'warning' : 'error', { start, end }, `YAML: ${message}`);
}

/** The composed nodes as a tree of our own: aliases followed, sizes bounded, ranges without trailing space. */
function convert(
  text: string,
  contents: ParsedNode | null,
  placeholders: MendedText['scalars'],
  report: (found: Finding) => void,
): { readonly root: SyntaxNode | undefined; readonly values: number } {
  const anchors = new Map<string, { readonly node: SyntaxNode; readonly values: number }>();
  let values = 0;

  const grow = (by: number, range: TextRange): boolean => {
    if (values > LIMITS.values) return false;
    values += by;
    if (values <= LIMITS.values) return true;
    report(tooLarge(range, `the policy has more than ${LIMITS.values} values, aliases followed`));
    return false;
  };

  const scalarOf = (node: ParsedNode): ScalarNode | undefined => {
    const range = rangeOf(node);
    const placeholder = placeholders.get(range.start);
    if (placeholder) {
      return {
        kind: 'scalar',
        text: placeholder.text,
        style: placeholder.style,
        range: { ...range, end: placeholder.end },
      };
    }
    if (!isScalar(node) || range.start === range.end) return undefined;
    return { kind: 'scalar', text: node.source, style: styleOf(node.type), range };
  };

  const aliasOf = (source: string, range: TextRange): SyntaxNode => {
    const anchor = anchors.get(source);
    if (anchor && grow(anchor.values, range)) return anchor.node;
    if (anchor) return { kind: 'empty', range };
    report(unquoted(text, range));
    return { kind: 'scalar', text: `*${source}`, style: 'plain', range };
  };

  const nodeOf = (node: ParsedNode): SyntaxNode => {
    const range = rangeOf(node);
    if (isAlias(node)) return aliasOf(node.source, range);
    if (!grow(1, range)) return { kind: 'empty', range };
    const before = values;
    const converted = bare(node, range);
    if (node.anchor !== undefined) anchors.set(node.anchor, { node: converted, values: values - before + 1 });
    return converted;
  };

  const bare = (node: ParsedNode, range: TextRange): SyntaxNode => {
    if (isSeq(node)) {
      const items = node.items.map(nodeOf);
      return { kind: 'list', items, range };
    }
    if (isMap(node)) {
      const entries: MapEntry[] = [];
      for (const { key, value } of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
        const written = isAlias(key) ? undefined : scalarOf(key);
        if (!written) {
          report(finding('syntax', 'error', rangeOf(key), 'a key must be a plain word'));
          continue;
        }
        if (value === null && !node.flow) report(noColon(written.range, written.text));
        entries.push({ key: written, value: value === null ? undefined : nodeOf(value) });
      }
      const column = range.start - (text.lastIndexOf('\n', range.start - 1) + 1);
      return { kind: 'map', entries, flow: node.flow === true, column, range };
    }
    return scalarOf(node) ?? { kind: 'empty', range };
  };

  const root = contents === null ? undefined : nodeOf(contents);
  return { root, values };
}

/** Without what a block collection drags along: it reaches to the next key, its own text ends at its last word. */
function rangeOf(node: ParsedNode): TextRange {
  let last = node;
  for (;;) {
    const item = (isMap(last) || isSeq(last)) && !last.flow ? last.items.at(-1) : undefined;
    const below = isMap(last) ? lastOfPair(item) : item;
    if (!below) break;
    last = below as ParsedNode;
  }
  return { start: node.range[0], end: Math.max(node.range[0], last.range[1]) };
}

function lastOfPair(pair: unknown): unknown {
  const { key, value } = (pair ?? {}) as { readonly key?: unknown; readonly value?: unknown };
  return value ?? key;
}

function styleOf(type: string | undefined): ScalarStyle {
  switch (type) {
    case 'QUOTE_SINGLE':
      return 'single';
    case 'QUOTE_DOUBLE':
      return 'double';
    case 'BLOCK_FOLDED':
    case 'BLOCK_LITERAL':
      return 'block';
    default:
      return 'plain';
  }
}
