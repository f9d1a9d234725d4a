import { CompletionItemKind } from 'vscode-languageserver-types';
import { keysAt, ownerOf } from '../../keys-at';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** The few words or numbers that the key takes, as the language lists them. */
export function completeWords({ place, options }: ValueSite): readonly Proposal[] {
  const owner = ownerOf(place.path);
  const spec = owner && keysAt(owner.mapping).find(({ name }) => name === owner.key);
  if (!spec) return [];
  const words = (spec.values ?? []).map((value): Proposal => ({
    label: value,
    kind: CompletionItemKind.EnumMember,
    detail: spec.name,
  }));
  return spec.name === 'round' && place.quote === undefined ? [...words, seeded(options.snippets)] : words;
}

function seeded(snippets: boolean): Proposal {
  return {
    label: 'stochastic with a seed',
    kind: CompletionItemKind.EnumMember,
    text: '{ stochastic: 0 }',
    ...(snippets ? { snippet: '{ stochastic: ${1:0} \\}' } : {}),
    filter: 'stochastic seed',
    documentation: 'The same seed gives the same bytes again.',
  };
}
