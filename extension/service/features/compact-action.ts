import { CodeActionKind, type CodeAction, type WorkspaceEdit } from 'vscode-languageserver-types';
import { canCompact, compactPolicy } from '../../core/compact/compact-policy';
import type { Analysis } from '../analysis';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';

/** Writes the rules anew: the same dtype for every tensor in fewer rules. */
export const COMPACT_RULES = `${CodeActionKind.RefactorRewrite}.compact`;

/** What an action made later has to know of the policy it was offered for. */
interface CompactData {
  readonly uri: string;
  readonly version: number;
}

/** The edit, or why there is none, in a sentence for the user. */
export type ResolvedAction =
  { readonly kind: 'action'; readonly action: CodeAction } | { readonly kind: 'refused'; readonly reason: string };

/** Offered among the rules; its edit is made when somebody chooses it, because that takes a while in a large policy. */
export function compactAction(
  { snapshot, plan }: Analysis,
  asked: { readonly start: number; readonly end: number },
): readonly CodeAction[] {
  const { document } = snapshot;
  const rules = plan && canCompact(snapshot);
  if (!rules || asked.end < rules.start || asked.start > rules.end) return [];
  const data: CompactData = { uri: document.uri, version: document.version };
  return [{ title: 'Compact the rules', kind: COMPACT_RULES, data }];
}

/** Fills in the edit of an action that was chosen. */
export async function resolveCompactAction(
  action: CodeAction,
  { documentChanges }: { readonly documentChanges: boolean },
  context: ServiceContext,
): Promise<ResolvedAction> {
  const { uri, version } = action.data as CompactData;
  const document = [...context.workspace.documents()].find((each) => each.uri === uri);
  const refused = (reason: string): ResolvedAction => ({ kind: 'refused', reason });
  if (document?.version !== version) return refused('the policy was changed meanwhile; ask again');
  const { snapshot, plan } = await context.analyses.of(document);
  if (!plan) return refused('the checkpoint can not be opened');
  const compact = compactPolicy(snapshot, plan, context.formats);
  if (!compact) return refused("these rules can't be made fewer without changing a dtype");
  const whole = toRange(snapshot.document, { start: 0, end: snapshot.document.getText().length });
  const edits = [{ range: whole, newText: compact.text }];
  const edit: WorkspaceEdit = documentChanges
    ? { documentChanges: [{ textDocument: { uri, version }, edits }] }
    : { changes: { [uri]: edits } };
  return { kind: 'action', action: { ...action, edit } };
}
