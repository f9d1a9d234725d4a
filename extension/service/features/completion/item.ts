import {
  InsertTextFormat,
  MarkupKind,
  type CompletionItem,
  type CompletionItemKind,
  type Range,
} from 'vscode-languageserver-types';
import type { ProposalData } from './resolve';

/** One thing that could be typed, before it is put in the protocol's words. */
export interface Proposal {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** What is inserted in place of what stands there; the label when not given. */
  readonly text?: string;
  /** The same with `$1`, for editors that expand it. */
  readonly snippet?: string;
  /** What the typed text is compared with; the label when not given. */
  readonly filter?: string;
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What its documentation is made from when somebody looks at it. */
  readonly data?: ProposalData;
  /** More is to be typed right after it: editors are asked to propose again. */
  readonly again?: boolean;
}

/** `rank` keeps the order of the proposals whatever their labels. */
export function itemOf(
  proposal: Proposal,
  rank: number,
  range: Range,
  { snippets }: { readonly snippets: boolean },
): CompletionItem {
  const { label, kind, text = label, snippet, filter = label, detail, documentation, data, again } = proposal;
  const expands = snippets && snippet !== undefined;
  return {
    label,
    kind,
    ...(detail === undefined ? {} : { detail }),
    ...(documentation === undefined ? {} : { documentation: { kind: MarkupKind.Markdown, value: documentation } }),
    ...(data === undefined ? {} : { data }),
    sortText: String(rank).padStart(4, '0'),
    filterText: filter,
    insertTextFormat: expands ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: expands ? snippet : text },
    ...(again ? { command: { title: 'Propose again', command: 'editor.action.triggerSuggest' } } : {}),
  };
}
