import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { LocationLink, Position, Range } from 'vscode-languageserver-types';
import { firstTensors } from '../../core/resolve/tensor-set';
import type { TextRange } from '../../core/policy/range';
import type { Snapshot } from '../analysis';
import type { Cancellation } from '../cancellation';
import { textsOfCheckpoint } from '../checkpoint-files';
import { formatNameAt, formatNames } from '../custom-formats';
import { patternAt } from '../patterns';
import { basePolicies } from '../policies';
import { toRange } from '../positions';
import { resolveReference } from '../reference';
import type { ServiceContext } from '../service-context';
import { insideQuotes, scalarValues } from '../syntax-walk';

export interface DefinitionOptions {
  /** The editor can show the list of tensors that the server makes of a checkpoint. */
  readonly tensorLists: boolean;
}

/** Tensors of one pattern that are led to; a list of more helps nobody. */
const MOST_TENSORS = 100;

const FILE_START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Where the word at a position is defined: a format of one's own, a tensor, or the file that a path names. */
export async function definition(
  document: TextDocument,
  position: Position,
  options: DefinitionOptions,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly LocationLink[]> {
  const snapshot = context.analyses.snapshot(document);
  const offset = snapshot.document.offsetAt(position);
  const links =
    (await formatDefinition(snapshot, offset, context)) ??
    (await tensorDefinitions(snapshot, offset, options, context)) ??
    (await pathDefinitions(snapshot, offset, context)) ??
    [];
  return cancellation.isCancellationRequested ? [] : links;
}

type Links = Promise<readonly LocationLink[] | undefined>;

/** The key under `formats:`, of this policy or of one that it extends. */
async function formatDefinition(snapshot: Snapshot, offset: number, context: ServiceContext): Links {
  const { document, syntax } = snapshot;
  const names = formatNames(syntax.root);
  const used = formatNameAt(names, offset);
  if (!used) return undefined;
  const here = { document, definitions: names.definitions };
  const bases = names.definitions.some(({ text }) => text === used.text) ? [] : await basePolicies(snapshot, context);
  const places = [
    here,
    ...bases.map((base) => ({ document: base.document, definitions: formatNames(base.syntax.root).definitions })),
  ];
  for (const place of places) {
    const found = place.definitions.find(({ text }) => text === used.text);
    if (!found) continue;
    const target = toRange(place.document, found.range);
    return [linkTo(place.document.uri, target, toRange(document, used.range))];
  }
  return undefined;
}

/** Where the tensors that a pattern matches are told of. */
async function tensorDefinitions(
  snapshot: Snapshot,
  offset: number,
  { tensorLists }: DefinitionOptions,
  context: ServiceContext,
): Links {
  const found = patternAt(snapshot.policy, offset);
  if (!found) return undefined;
  const linked = await context.analyses.checkpointOf(snapshot);
  if (linked.kind !== 'open') return undefined;
  const { tree } = linked.checkpoint;
  const matched = context.matches.matches(tree, found.pattern);
  const placeOf = await context.placesOf(linked, tensorLists);
  const origin = toRange(snapshot.document, found.pattern.range);
  return firstTensors(matched, MOST_TENSORS).flatMap((at) => {
    const place = placeOf(at);
    return place ? [linkTo(place.uri, { start: place.start, end: place.end }, origin)] : [];
  });
}

/** The index and configuration of the checkpoint, the policy that is extended, the text to evaluate on. */
async function pathDefinitions(snapshot: Snapshot, offset: number, context: ServiceContext): Links {
  const { document, syntax } = snapshot;
  const at = scalarValues(syntax.root).find(({ node }) => node.range.start <= offset && offset <= node.range.end);
  if (!at) return undefined;
  const origin = (range: TextRange): Range => toRange(document, range);
  const key = at.path.join('.');
  if (key === 'checkpoint') {
    const linked = await context.analyses.checkpointOf(snapshot);
    if (linked.kind !== 'open') return undefined;
    return textsOfCheckpoint(linked).map(({ uri }) => linkTo(uri, FILE_START, origin(insideQuotes(at.node))));
  }
  if (key !== 'extends' && key !== 'evaluate.text') return undefined;
  const target = resolveReference(document.uri, at.node.text, context.workspace.root);
  return target === undefined ? undefined : [linkTo(target, FILE_START, origin(insideQuotes(at.node)))];
}

function linkTo(targetUri: string, target: Range, originSelectionRange: Range): LocationLink {
  return { targetUri, targetRange: target, targetSelectionRange: target, originSelectionRange };
}
