import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import { KEEP } from '../../core/policy/read/dtype';
import { spell, type ScalarNode } from '../../core/policy/syntax';
import { formatNameAt, formatNames } from '../custom-formats';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { insideQuotes } from '../syntax-walk';
import { formatPlaces } from './references';

/** The edits, or why there are none, in a sentence for the user. */
export type Renaming =
  { readonly kind: 'edit'; readonly edit: WorkspaceEdit } | { readonly kind: 'refused'; readonly reason: string };

/** As `formats:` takes them. */
const FORMAT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

/** What can be renamed at a position: the name of a format that the user defined. */
export async function prepareRename(
  document: TextDocument,
  position: Position,
  context: ServiceContext,
): Promise<{ readonly range: Range; readonly placeholder: string } | undefined> {
  const snapshot = context.analyses.snapshot(document);
  const named = formatNameAt(formatNames(snapshot.syntax.root), snapshot.document.offsetAt(position));
  if (!named || (await formatPlaces(snapshot, named.text, context)).length === 0) return undefined;
  return { range: toRange(snapshot.document, insideQuotes(named)), placeholder: named.text };
}

/** Renames a format of the user's own wherever it is meant, in policies that are not open, too. */
export async function rename(
  document: TextDocument,
  position: Position,
  newName: string,
  { documentChanges }: { readonly documentChanges: boolean },
  context: ServiceContext,
): Promise<Renaming> {
  const refused = (reason: string): Renaming => ({ kind: 'refused', reason });
  const snapshot = context.analyses.snapshot(document);
  const named = formatNameAt(formatNames(snapshot.syntax.root), snapshot.document.offsetAt(position));
  if (!named) return refused('only formats that are defined under formats: can be renamed');
  if (!FORMAT_NAME.test(newName)) {
    return refused(`${newName} is no name of a format: expected a letter, then letters, digits, _, . and -`);
  }
  const taken = context.formats.find(newName);
  if (newName.toLowerCase() === KEEP || taken)
    return refused(`${newName} is the name of ${taken?.format.title ?? 'what is left as it is'}`);
  const places = await formatPlaces(snapshot, named.text, context);
  if (places.length === 0) return refused(`${named.text} is not defined under formats:, so it can't be renamed`);
  const clash = places.find(({ syntax }) =>
    formatNames(syntax.root).definitions.some(
      ({ text }) => text.toLowerCase() === newName.toLowerCase() && text !== named.text,
    ),
  );
  if (clash) return refused(`${newName} is defined already, in ${clash.document.uri}`);
  const changes = places.map(({ document: text, open, definitions, uses }) => {
    const edits = [...definitions, ...uses].map((node) => respelled(node, newName, text));
    return { uri: text.uri, version: open ? text.version : null, edits };
  });
  const edit: WorkspaceEdit = documentChanges
    ? { documentChanges: changes.map(({ uri, version, edits }) => ({ textDocument: { uri, version }, edits })) }
    : { changes: Object.fromEntries(changes.map(({ uri, edits }) => [uri, edits])) };
  return { kind: 'edit', edit };
}

function respelled(node: ScalarNode, name: string, text: TextDocument): TextEdit {
  return { range: toRange(text, node.range), newText: spell(name, node.style) };
}
