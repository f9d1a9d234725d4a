import { finding, replacement, type Finding, type Fix } from '../../policy/finding';
import { resolveLayers } from '../../policy/layers';
import { compilePattern } from '../../policy/pattern';
import type { LayerRange, Pattern, Rule } from '../../policy/policy';
import { quoted } from '../../policy/read/reader';
import { spell } from '../../policy/syntax';
import type { Draft, DraftCheck } from '../draft';
import { patternKey } from '../match-cache';
import { repairGlob } from '../pattern-repair';
import type { Selection } from '../selection';
import { firstTensors } from '../tensor-set';

/** Fixes offered for one pattern. */
const MOST_REPAIRS = 3;

/** How much farther than the nearest glob one may be and still be worth a fix. */
const WORSE = 0.35;

/** Near globs that are tried against the names, at most. */
const MOST_TRIED = 12;

/** Patterns that name no tensor, and rules that their own `layers` or `except` leave empty. */
export const noMatch: DraftCheck = (policy, draft) =>
  policy.rules.flatMap((rule) => {
    const selection = draft.selections[rule.index]!;
    if (draft.tree.tensors.length === 0 || selection.match.length < rule.match.length) return [];
    return [
      ...rule.match.flatMap((pattern, at) =>
        selection.match[at]!.size > 0 ? [] : [unmatched(pattern, 'error', draft)],
      ),
      ...rule.except.flatMap((pattern, at) =>
        selection.except[at]!.size > 0 ? [] : [unmatched(pattern, 'warning', draft)],
      ),
      ...emptied(rule, selection, draft.tree.layerCount),
    ];
  });

function unmatched(pattern: Pattern, severity: 'error' | 'warning', draft: Draft): Finding {
  // While one rule is typed, the slips in the others stay the same.
  const repairs = draft.cache.remember(draft.tree, `repairs ${patternKey(pattern)}`, () =>
    pattern.kind === 'glob' ? globRepairs(pattern, draft) : regexRepairs(pattern, draft),
  );
  const [best] = repairs;
  const names = repairs.map(({ example }) => example);
  const advice = best ? `nearest is ${best.example}` : `names here look like ${draft.tree.tensors[0]!.name}`;
  return finding('no-match', severity, pattern.range, `${quoted(written(pattern))} matches no tensor; ${advice}`, {
    tensors: [...new Set(names)],
    fixes: repairs.map((repair) => repairFix(pattern, repair)),
  });
}

function written({ kind, source }: Pick<Pattern, 'kind' | 'source'>): string {
  return kind === 'regex' ? `/${source}/` : source;
}

/** A pattern that was tried in the place of one that matches nothing, and matches something. */
interface Tried {
  readonly source: string;
  /** The first tensor it matches. */
  readonly example: string;
  readonly count: number;
}

interface TriedRepair extends Tried {
  readonly preferred: boolean;
}

/** Only what matches is offered: a wider star first, then near globs, then the same glob anywhere in a name. */
function globRepairs(pattern: Pattern, draft: Draft): readonly TriedRepair[] {
  const { source } = pattern;
  const tryOne = (candidate: string): readonly Tried[] =>
    candidate === source ? [] : tryRepair(pattern, candidate, draft);
  const wider = tryOne(source.replace(/(^|\.)\*(?=\.|$)/g, '$1**'));
  const near = repairGlob(source, draft.index.templates).slice(0, MOST_TRIED);
  const worst = (near[0]?.cost ?? 0) + WORSE;
  const nearest = near.flatMap(({ source: exact, anyNumber, cost }) => {
    if (cost > worst) return [];
    const tried = tryOne(exact);
    return (tried.length > 0 ? tried : tryOne(anyNumber)).map((found) => ({ ...found, cost }));
  });
  const prefixed = source.startsWith('**')
    ? []
    : [`**.${source}`, `**.${source}.weight`, `**.${source}.**`].flatMap(tryOne);
  const tried = [...wider, ...nearest, ...prefixed].filter(
    (each, at, all) => all.findIndex((other) => other.source === each.source) === at,
  );
  // Two nearest ones that cost the same are a guess: none of them is applied without asking.
  const certain = wider.length > 0 || nearest.length < 2 || nearest[0]!.cost < nearest[1]!.cost;
  return tried.slice(0, MOST_REPAIRS).map((repair, at) => ({ ...repair, preferred: at === 0 && certain }));
}

function tryRepair({ kind }: Pattern, source: string, { cache, tree }: Draft): readonly Tried[] {
  const found = cache.matches(tree, { kind, source });
  const [first] = firstTensors(found, 1);
  return first === undefined ? [] : [{ source, example: tree.tensors[first]!.name, count: found.size }];
}

function repairFix(pattern: Pattern, { source, count, preferred }: TriedRepair): Fix {
  const text = written({ kind: pattern.kind, source });
  const title = `Change to ${text} (${count} ${count === 1 ? 'tensor' : 'tensors'})`;
  return replacement(title, pattern.range, spell(text, pattern.quotes), preferred);
}

/** A regular expression that is found inside names was meant so: the commonest slip with whole-name matching. */
function regexRepairs(pattern: Pattern, draft: Draft): readonly TriedRepair[] {
  if (compilePattern(pattern).kind === 'error') return [];
  const whole = pattern.source.includes('|') ? `(?:${pattern.source})` : pattern.source;
  const anywhere = tryRepair(pattern, `.*${whole}.*`, draft);
  if (anywhere.length === 0) return [];
  const [least] = [...[`.*${whole}`, `${whole}.*`].flatMap((source) => tryRepair(pattern, source, draft)), ...anywhere];
  return [{ ...least!, preferred: true }];
}

/** A rule whose patterns match, but which keeps none of those tensors. */
function emptied(rule: Rule, { matched, inLayers, selected }: Selection, layerCount: number): readonly Finding[] {
  if (matched.size === 0 || selected.size > 0) return [];
  const tensors = matched.size === 1 ? 'the tensor that matches is' : `the ${matched.size} tensors that match are`;
  if (inLayers.size === 0) {
    // Layers that could not be read, or that the model does not have, are told already.
    if (!rule.layers?.value.some((range) => isInside(range, layerCount))) return [];
    const range = rule.layers.range;
    return [finding('no-match', 'error', range, `${tensors} in none of these layers, so the rule does nothing`)];
  }
  const range = rule.except[0]?.range ?? rule.range;
  return [finding('no-match', 'error', range, `${tensors} all excepted, so the rule does nothing`)];
}

function isInside(range: LayerRange, layerCount: number): boolean {
  const { first, last } = resolveLayers(range, layerCount);
  return first <= last;
}
