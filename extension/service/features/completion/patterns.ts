import { CompletionItemKind } from 'vscode-languageserver-types';
import { formatBytes } from '../../../core/byte-size';
import { spell } from '../../../core/policy/syntax';
import { suggestPatterns, type PatternSuggestion } from '../../pattern-suggestions';
import { suggestSets } from '../../set-suggestions';
import type { TensorIndex } from '../../tensor-index';
import { count } from '../../wording';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** Globs and names of the checkpoint that continue what stands before the cursor. */
export async function completePatterns({ place, snapshot, context }: ValueSite): Promise<readonly Proposal[]> {
  if (place.before.startsWith('/')) return [];
  const linked = await context.analyses.checkpointOf(snapshot);
  if (linked.kind !== 'open') return [];
  const index = context.indexOf(linked.checkpoint.tree);
  const suggestions = suggestPatterns(place.before, index, context.mergesOf(index));
  const proposals = suggestions.flatMap((suggestion) => {
    const text = written(suggestion, place.quote);
    return text === undefined ? [] : [proposalOf(suggestion, text, linked.uri)];
  });
  return [...proposals, ...namedSets(place, index, linked.uri)];
}

function proposalOf(suggestion: PatternSuggestion, text: string, checkpoint: string): Proposal {
  const step = suggestion.kind === 'segment' || suggestion.kind === 'number';
  return {
    label: suggestion.text,
    kind: KINDS[suggestion.kind],
    text,
    detail: `${count(suggestion.tensors, 'tensor')}, ${formatBytes(suggestion.bytes)}`,
    data: { about: 'pattern', checkpoint, glob: step ? `${suggestion.text}**` : suggestion.text },
    again: step,
  };
}

/** `all down_proj`, as people say it, while no dot was typed yet. */
function namedSets({ before, quote }: ValueSite['place'], index: TensorIndex, checkpoint: string): readonly Proposal[] {
  if (/[.*/{[]/.test(before)) return [];
  return suggestSets(index).flatMap(({ name, glob, tensors, bytes }) => {
    const text = written({ kind: 'pattern', text: glob }, quote);
    if (text === undefined) return [];
    return [
      {
        label: `all ${name}`,
        kind: CompletionItemKind.Snippet,
        text,
        filter: `all ${name} ${glob}`,
        detail: `${glob}  ${count(tensors, 'tensor')}, ${formatBytes(bytes)}`,
        data: { about: 'pattern', checkpoint, glob } as const,
      },
    ];
  });
}

const KINDS: Readonly<Record<PatternSuggestion['kind'], CompletionItemKind>> = {
  pattern: CompletionItemKind.Value,
  tensor: CompletionItemKind.Constant,
  segment: CompletionItemKind.Module,
  number: CompletionItemKind.Module,
};

/** As it stands inside the quotes that are there, or with quotes where it needs some. */
function written(
  { kind, text }: Pick<PatternSuggestion, 'kind' | 'text'>,
  quote: '"' | "'" | undefined,
): string | undefined {
  if (quote === '"') return JSON.stringify(text).slice(1, -1);
  if (quote === "'") return text.replaceAll("'", "''");
  const spelled = spell(text, 'plain');
  // A step on the way is not put in quotes: the cursor would stand behind them.
  return spelled !== text && (kind === 'segment' || kind === 'number') ? undefined : spelled;
}
