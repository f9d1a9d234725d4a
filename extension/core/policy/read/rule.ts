import { finding } from '../finding';
import { RULE_KEYS } from '../keys';
import type { Rule } from '../policy';
import type { TextRange } from '../range';
import type { MapNode, SyntaxNode } from '../syntax';
import { NO_CHOICE, readChoice } from './choice';
import { readLayers } from './layers';
import { readEntries } from './mapping';
import { readPatterns } from './patterns';
import { reportError, scalarOf, type Reader } from './reader';

/** `rules:`; an item that is no mapping keeps its place as a rule that matches nothing. */
export function readRules(node: SyntaxNode | undefined, reader: Reader): readonly Rule[] {
  if (node === undefined) return [];
  if (node.kind === 'list') return node.items.map((item, index) => readRule(item, index, reader));
  const empty = node.kind === 'empty';
  reader.report(
    finding(
      'bad-value',
      empty ? 'information' : 'error',
      node.range,
      empty ? 'rules has no rule yet' : 'rules is not a list; expected one "- match: ..." for each rule',
    ),
  );
  return [];
}

function readRule(item: SyntaxNode, index: number, reader: Reader): Rule {
  if (item.kind === 'map') return readRuleMap(item, index, reader);
  reportError(reader, 'bad-value', item.range, 'a rule is a mapping; expected "- match: ..." and "dtype: ..."');
  return {
    index,
    range: item.range,
    indent: undefined,
    match: [],
    except: [],
    layers: undefined,
    because: undefined,
    ...NO_CHOICE,
  };
}

function readRuleMap(map: MapNode, index: number, reader: Reader): Rule {
  const entries = readEntries('a rule', map, RULE_KEYS, reader);
  for (const key of ['match', 'dtype']) {
    if (entries.key(key)) continue;
    const advice = key === 'match' ? 'which tensors it is for' : 'what they become, or keep';
    reportError(reader, 'missing-key', firstKey(map), `the rule has no ${key}: say ${advice}`);
  }
  return {
    index,
    range: map.range,
    indent: map.flow ? undefined : map.column,
    match: readPatterns('match', entries.value('match'), reader),
    except: readPatterns('except', entries.value('except'), reader),
    layers: readLayers(entries.value('layers'), reader),
    because: scalarOf('because', entries.value('because'), 'a sentence', reader)?.text,
    ...readChoice(entries, reader),
  };
}

/** A whole rule underlined is noise; its first key says which one it is. */
function firstKey(map: MapNode): TextRange {
  return map.entries[0]?.key.range ?? map.range;
}
