import type { TextDocument } from 'vscode-languageserver-textdocument';
import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver-types';
import type { Rule } from '../../core/policy/policy';
import type { TextRange } from '../../core/policy/range';
import type { MapEntry } from '../../core/policy/syntax';
import type { Snapshot } from '../analysis';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';

/** The outline: keys of the policy, and its rules by their patterns. */
export function documentSymbols(document: TextDocument, { analyses }: ServiceContext): readonly DocumentSymbol[] {
  const snapshot = analyses.snapshot(document);
  const { root } = snapshot.syntax;
  if (root?.kind !== 'map') return [];
  return root.entries.map((entry) => entrySymbol(entry, snapshot));
}

function entrySymbol({ key, value }: MapEntry, { policy, document }: Snapshot): DocumentSymbol {
  const range = { start: key.range.start, end: Math.max(key.range.end, value?.range.end ?? 0) };
  const rules = key.text === 'rules' ? policy.rules : [];
  return {
    name: key.text === '' ? '""' : key.text,
    ...(value?.kind === 'scalar' ? { detail: value.text } : {}),
    kind: key.text === 'rules' ? SymbolKind.Array : SymbolKind.Property,
    range: toRange(document, range),
    selectionRange: toRange(document, key.range),
    children: rules.filter((rule) => isWithin(rule.range, range)).map((rule) => ruleSymbol(rule, document)),
  };
}

function ruleSymbol(rule: Rule, document: TextDocument): DocumentSymbol {
  const [first, ...more] = rule.match;
  const selection = first?.range ?? { start: rule.range.start, end: rule.range.start };
  return {
    name: first ? `${first.source}${more.length > 0 ? ` and ${more.length} more` : ''}` : `rule ${rule.index + 1}`,
    ...(rule.dtype ? { detail: rule.dtype.value } : {}),
    kind: SymbolKind.Object,
    range: toRange(document, rule.range),
    selectionRange: toRange(document, isWithin(selection, rule.range) ? selection : rule.range),
  };
}

/** An alias shows text from elsewhere, and editors refuse symbols that leave the one around them. */
function isWithin(inner: TextRange, outer: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
