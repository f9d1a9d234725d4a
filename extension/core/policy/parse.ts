import { withDefined } from '../formats/defined-format';
import { ACTIVATION_DTYPES } from '../formats/activation-rounding';
import type { FormatTable } from '../formats/format-table';
import { finding, type Finding } from './finding';
import { CHOICE_KEYS, POLICY_KEYS, type Target } from './keys';
import { checkPattern } from './pattern';
import type { DtypeChoice, Policy } from './policy';
import { readBudget } from './read/budget';
import { readChoice } from './read/choice';
import { readEvaluate, readPath } from './read/evaluate';
import { readFormats } from './read/formats';
import { readEntries, type Entries } from './read/mapping';
import { integerOf, reportError, wordOf, type Reader } from './read/reader';
import { readRules } from './read/rule';
import type { MapNode, SyntaxNode } from './syntax';
import { readSyntax, type SyntaxCache, type SyntaxTree } from './syntax-tree';

/** A policy as far as its text can be understood. */
export interface ParsedPolicy {
  readonly policy: Policy;
  /** Of the text alone, in the order of the text. */
  readonly findings: readonly Finding[];
  readonly syntax: SyntaxTree;
}

/** Findings kept for one text; nobody reads more, and an editor that draws them all stands still. */
const MOST_FINDINGS = 1000;

const NOTHING: Policy = {
  version: undefined,
  extends: undefined,
  inherited: 0,
  checkpoint: undefined,
  target: undefined,
  default: undefined,
  rules: [],
  formats: [],
  kvCache: undefined,
  budget: undefined,
  evaluate: undefined,
};

const TARGETS: readonly Target[] = POLICY_KEYS.flatMap((key) => (key.name === 'target' ? key.values : []));

/**
 * Reads a policy. Never throws, whatever the text: what can't be understood is a finding, and the rest is in
 * the policy. Takes under a second for any text, a few milliseconds for one that a person wrote; a cache that
 * outlives the call makes the next one faster.
 */
export function parsePolicy(text: string, formats: FormatTable, cache?: SyntaxCache): ParsedPolicy {
  const syntax = readSyntax(text, cache);
  const findings = [...syntax.findings];
  const reader: Reader = {
    formats,
    checkPattern: (pattern) => (cache ? cache.check(pattern) : checkPattern(pattern)),
    report: (found) => {
      if (findings.length < MOST_FINDINGS) findings.push(found);
    },
  };
  const policy = readRoot(syntax, reader);
  const ordered = findings.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  return { policy, findings: ordered, syntax };
}

function readRoot({ root, text, findings }: SyntaxTree, reader: Reader): Policy {
  if (root?.kind === 'map') return readPolicy(root, reader);
  if (findings.length > 0) return NOTHING;
  const range = { start: 0, end: root ? Math.min(root.range.end, text.length) : 0 };
  const message = root && root.kind !== 'empty' ? 'this is not a policy' : 'the policy is empty';
  reader.report(
    finding('missing-key', 'error', range, `${message}; begin with "version: 1", "checkpoint:" and "rules:"`),
  );
  return NOTHING;
}

function readPolicy(map: MapNode, outer: Reader): Policy {
  const entries = readEntries('a policy', map, POLICY_KEYS, outer);
  const formats = readFormats(entries.value('formats'), outer);
  const unusable = new Set(namesOf(entries.value('formats')));
  for (const { id } of formats) unusable.delete(id.toLowerCase());
  const reader: Reader = { ...outer, formats: withDefined(outer.formats, formats), unusable };
  return {
    version: readVersion(entries, map, reader),
    extends: readPath('extends', entries.value('extends'), reader),
    checkpoint: readPath('checkpoint', entries.value('checkpoint'), reader),
    target: wordOf('target', entries.value('target'), TARGETS, reader),
    default: readDefault(entries.value('default'), reader),
    rules: readRules(entries.value('rules'), reader),
    inherited: 0,
    formats,
    kvCache: wordOf('kv_cache', entries.value('kv_cache'), ACTIVATION_DTYPES, reader),
    budget: readBudget(entries.value('budget'), reader),
    evaluate: readEvaluate(entries.value('evaluate'), reader),
  };
}

function namesOf(formats: SyntaxNode | undefined): readonly string[] {
  return formats?.kind === 'map' ? formats.entries.map(({ key }) => key.text.toLowerCase()) : [];
}

function readVersion(entries: Entries, map: MapNode, reader: Reader): number | undefined {
  if (entries.key('version')) return integerOf('version', entries.value('version'), 1, 1, reader);
  const { start } = map.range;
  const first = map.entries[0]?.key.range ?? map.range;
  const edit = { range: { start, end: start }, text: 'version: 1\n' };
  reader.report(
    finding('missing-key', 'warning', first, 'the policy has no version; version 1 of the language is assumed', {
      fixes: map.flow ? [] : [{ title: 'Add version: 1', edits: [edit], preferred: true }],
    }),
  );
  return undefined;
}

/** `default:` is a dtype alone, or a mapping of the keys that say how a rule's tensors are stored. */
function readDefault(node: SyntaxNode | undefined, reader: Reader): DtypeChoice | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'map') {
    const entries = readEntries('default', node, CHOICE_KEYS, reader);
    if (!entries.key('dtype')) reportError(reader, 'missing-key', node.range, 'default has no dtype');
    return readChoice(entries, reader);
  }
  return readChoice(
    { range: node.range, value: (key) => (key === 'dtype' ? node : undefined), key: () => node.range },
    reader,
  );
}
