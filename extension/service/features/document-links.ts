import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { DocumentLink } from 'vscode-languageserver-types';
import type { TextRange } from '../../core/policy/range';
import type { Cancellation } from '../cancellation';
import { textsOfCheckpoint } from '../checkpoint-files';
import { toRange } from '../positions';
import { resolveReference } from '../reference';
import type { ServiceContext } from '../service-context';
import { insideQuotes, scalarValues } from '../syntax-walk';

/** Ends before what closes a sentence or a bracket around it. */
const WEB = /https?:\/\/[^\s"'<>{}[\]]*[^\s"'<>{}[\].,;:!?)]/g;

/** Paths of the policy that lead to a text, and addresses in it, comments too. */
export async function documentLinks(
  document: TextDocument,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly DocumentLink[]> {
  const snapshot = context.analyses.snapshot(document);
  const { document: text, syntax } = snapshot;
  const link = (range: TextRange, target: string, tooltip: string): DocumentLink => ({
    range: toRange(text, range),
    target,
    tooltip,
  });
  const web = [...text.getText().matchAll(WEB)].map((match) =>
    link({ start: match.index, end: match.index + match[0].length }, match[0], 'Open in the browser'),
  );
  const paths: DocumentLink[] = [];
  for (const { node, path } of scalarValues(syntax.root)) {
    const key = path.join('.');
    const range = insideQuotes(node);
    if (key === 'checkpoint') {
      const linked = await context.analyses.checkpointOf(snapshot);
      const [first] = linked.kind === 'open' ? textsOfCheckpoint(linked) : [];
      if (first) paths.push(link(range, first.uri, first.what));
    }
    if (key === 'extends' || key === 'evaluate.text') {
      const target = resolveReference(text.uri, node.text, context.workspace.root);
      const what = key === 'extends' ? 'The policy whose rules come first' : 'The text to evaluate on';
      if (target !== undefined && range.end > range.start) paths.push(link(range, target, what));
    }
  }
  return cancellation.isCancellationRequested ? [] : [...paths, ...web];
}
