import { CompletionItemKind } from 'vscode-languageserver-types';
import { CAST_OPTIONS } from '../../../core/formats/cast-options';
import type { KeySpec } from '../../../core/policy/keys';
import type { Place } from '../../../core/policy/locate';
import type { TextRange } from '../../../core/policy/range';
import { KEEP } from '../../../core/policy/read/dtype';
import { OPTION_KEY } from '../../../core/policy/read/options';
import { keysAt } from '../../keys-at';
import type { CompletionSite } from '../completion';
import type { Proposal } from './item';

/** Keys that say the same thing in two ways; one of them is enough. */
const EITHER: Readonly<Record<string, string>> = { group: 'scale', scale: 'group' };

/** Keys that a rule can't do without come first. */
const REQUIRED: ReadonlySet<string> = new Set(['match', 'dtype']);

/** What follows the colon of keys whose value is more than a word. */
const VALUES: Readonly<Record<string, { readonly snippet: string; readonly text: string }>> = {
  match: { snippet: ' "$1"', text: ' ' },
  except: { snippet: ' "$1"', text: ' ' },
  layers: { snippet: ' "$1"', text: ' ' },
  rules: { snippet: '\n  - match: "$1"\n    dtype: $2', text: '\n  - match: ' },
  formats: {
    snippet: '\n  ${1:mine}: { codebook: [${2:-1, -0.3, 0, 0.3, 1}], group: ${3:64} \\}',
    text: '\n  ',
  },
  float: { snippet: ' { exponent: ${1:3}, mantissa: ${2:4} \\}', text: ' ' },
  codebook: { snippet: ' [${1:-1, 0, 1}]', text: ' ' },
  budget: { snippet: '\n  $0', text: '\n  ' },
  evaluate: { snippet: '\n  $0', text: '\n  ' },
};

/** Keys whose values can be proposed at once. */
const PROPOSED: ReadonlySet<string> = new Set(['checkpoint', 'text', 'dtype', 'default', 'match', 'except', 'layers']);

/** Keys that the mapping at the cursor does not have yet, or a new rule. */
export function completeKeys(site: CompletionSite<Extract<Place, { kind: 'key' | 'item' }>>): readonly Proposal[] {
  const { place, snapshot } = site;
  if (place.kind === 'item') return place.path[0] === 'rules' && place.path.length === 1 ? [NEW_RULE] : [];
  const text = snapshot.document.getText();
  const given = new Set(place.siblings);
  const useless = uselessKeys(site);
  const keys = keysAt(place.path).filter(
    ({ name }) => !given.has(name) && !given.has(EITHER[name] ?? '') && !useless.has(name),
  );
  const ordered = [...keys].sort((a, b) => Number(REQUIRED.has(b.name)) - Number(REQUIRED.has(a.name)));
  const bare = place.colon || isQuoted(text, place.range);
  return ordered.map((key) => keyProposal(key, bare, isFlow(text, place.range)));
}

/** Keys that the format of the rule does not take; options wait until there is a format that takes them. */
function uselessKeys({ snapshot, rule }: CompletionSite): ReadonlySet<string> {
  const choice = rule === undefined ? snapshot.policy.default : snapshot.policy.rules[rule];
  const format = choice?.dtype && snapshot.formats.find(choice.dtype.value)?.format;
  const options = CAST_OPTIONS.filter((option) => !format?.options?.includes(option)).map((name) => OPTION_KEY[name]);
  const isKept = choice?.dtype?.value === KEEP;
  const unscaled = isKept || (format?.granularities.every((kind) => kind === 'none') ?? false);
  return new Set([
    ...options,
    ...(unscaled ? ['group', 'scale', 'scale_dtype'] : []),
    ...(isKept ? ['round', 'overflow'] : []),
  ]);
}

const NEW_RULE: Proposal = {
  label: '- match',
  kind: CompletionItemKind.Struct,
  text: '- match: ',
  snippet: '- match: "$1"\n  dtype: $2',
  detail: 'a new rule',
  documentation: 'The LAST rule that matches a tensor decides its dtype, so exceptions stand below.',
  again: true,
};

function keyProposal({ name, summary, values }: KeySpec, bare: boolean, flow: boolean): Proposal {
  const value = flow ? undefined : VALUES[name];
  const again = !bare && (PROPOSED.has(name) || values !== undefined);
  return {
    label: name,
    kind: CompletionItemKind.Property,
    text: bare ? name : `${name}:${value?.text ?? ' '}`,
    ...(bare || !value ? {} : { snippet: `${name}:${value.snippet}` }),
    detail: values?.join(' | '),
    documentation: summary,
    again,
  };
}

/** Whether the place stands in braces: nothing that needs lines of its own can follow. */
function isFlow(text: string, { start }: TextRange): boolean {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return line.lastIndexOf('{') > line.lastIndexOf('}');
}

/** A key in quotes, as in JSON: the quotes and the colon are the author's. */
function isQuoted(text: string, { start }: TextRange): boolean {
  return text[start - 1] === '"' || text[start - 1] === "'";
}
