import { CompletionItemKind } from 'vscode-languageserver-types';
import { formatBytes } from '../../../core/byte-size';
import { spell } from '../../../core/policy/syntax';
import { suggestPatterns, type PatternSuggestion } from '../../pattern-suggestions';
import type { TensorIndex } from '../../tensor-index';
import { code, count } from '../../wording';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** Globs and names of the checkpoint that continue what stands before the cursor. */
export async function completePatterns({ place, snapshot, context }: ValueSite): Promise<readonly Proposal[]> {
  if (place.before.startsWith('/')) return [];
  const linked = await context.analyses.checkpointOf(snapshot);
  if (linked.kind !== 'open') return [];
  const index = context.indexOf(linked.checkpoint.tree);
  return suggestPatterns(place.before, index, context.mergesOf(index)).flatMap((suggestion) => {
    const text = written(suggestion, place.quote);
    return text === undefined ? [] : [proposalOf(suggestion, text, index)];
  });
}

function proposalOf(suggestion: PatternSuggestion, text: string, { tree }: TensorIndex): Proposal {
  const step = suggestion.kind === 'segment' || suggestion.kind === 'number';
  const first = tree.tensors[suggestion.first];
  const example = first ? `${code(first.name)}: ${first.dtype} [${first.shape.join(', ')}]` : '';
  return {
    label: suggestion.text,
    kind: KINDS[suggestion.kind],
    text,
    detail: `${count(suggestion.tensors, 'tensor')}, ${formatBytes(suggestion.bytes)}`,
    documentation: suggestion.tensors > 1 ? `Such as ${example}` : example,
    again: step,
  };
}

const KINDS: Readonly<Record<PatternSuggestion['kind'], CompletionItemKind>> = {
  pattern: CompletionItemKind.Value,
  tensor: CompletionItemKind.Constant,
  segment: CompletionItemKind.Module,
  number: CompletionItemKind.Module,
};

/** As it stands inside the quotes that are there, or with quotes where it needs some. */
function written({ kind, text }: PatternSuggestion, quote: '"' | "'" | undefined): string | undefined {
  if (quote === '"') return JSON.stringify(text).slice(1, -1);
  if (quote === "'") return text.replaceAll("'", "''");
  const spelled = spell(text, 'plain');
  // A step on the way is not put in quotes: the cursor would stand behind them.
  return spelled !== text && (kind === 'segment' || kind === 'number') ? undefined : spelled;
}
