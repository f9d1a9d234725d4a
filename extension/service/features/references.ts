import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Location, Position } from 'vscode-languageserver-types';
import { intersection } from '../../core/resolve/tensor-set';
import type { Snapshot } from '../analysis';
import type { Cancellation } from '../cancellation';
import { formatNameAt, formatNames, type FormatNames } from '../custom-formats';
import { patternAt, patternsOf } from '../patterns';
import { allPolicies, basePolicies, type PolicyText } from '../policies';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';

/**
 * Of a pattern: every pattern of the open policies for the same checkpoint that touches one of its tensors. Of a
 * format of one's own: everything that names it, in the policies that extend this one, too.
 */
export async function references(
  document: TextDocument,
  position: Position,
  { includeDeclaration }: { readonly includeDeclaration: boolean },
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly Location[]> {
  const snapshot = context.analyses.snapshot(document);
  const offset = snapshot.document.offsetAt(position);
  const used = formatNameAt(formatNames(snapshot.syntax.root), offset);
  const found = used
    ? await formatReferences(snapshot, used.text, includeDeclaration, context)
    : await patternReferences(snapshot, offset, context);
  return cancellation.isCancellationRequested ? [] : found;
}

async function patternReferences(
  snapshot: Snapshot,
  offset: number,
  context: ServiceContext,
): Promise<readonly Location[]> {
  const at = patternAt(snapshot.policy, offset);
  const linked = await context.analyses.checkpointOf(snapshot);
  if (!at || linked.kind !== 'open') return [];
  const { tree } = linked.checkpoint;
  const touched = context.matches.matches(tree, at.pattern);
  const others = [...context.workspace.documents()]
    .map((document) => context.analyses.snapshot(document))
    .filter((other) => other.checkpointUri === linked.uri && other.document.uri !== snapshot.document.uri);
  return [snapshot, ...others].flatMap(({ document, policy }) =>
    patternsOf(policy)
      .filter(({ pattern }) => intersection(context.matches.matches(tree, pattern), touched).size > 0)
      .map(({ pattern }): Location => ({ uri: document.uri, range: toRange(document, pattern.range) })),
  );
}

async function formatReferences(
  snapshot: Snapshot,
  name: string,
  includeDeclaration: boolean,
  context: ServiceContext,
): Promise<readonly Location[]> {
  const places = await formatPlaces(snapshot, name, context);
  return places.flatMap(({ document, definitions, uses }) =>
    [...(includeDeclaration ? definitions : []), ...uses].map(({ range }): Location => ({
      uri: document.uri,
      range: toRange(document, range),
    })),
  );
}

/** A policy in which a format is defined or named. */
export interface FormatPlaces extends PolicyText, FormatNames {}

/**
 * Everything that means the same format as `name` in a policy: it is defined there or in one that is extended, and
 * meant by all that extend the definition and have none of their own. Nothing for a format that nobody defines.
 */
export async function formatPlaces(
  start: Pick<Snapshot, 'document' | 'syntax'>,
  name: string,
  context: ServiceContext,
): Promise<readonly FormatPlaces[]> {
  const own = await definingUri(start, name, context);
  if (own === undefined) return [];
  const places: FormatPlaces[] = [];
  for (const policy of await allPolicies(context)) {
    if ((await definingUri(policy, name, context)) !== own) continue;
    const { definitions, uses } = formatNames(policy.syntax.root);
    const isName = ({ text }: { readonly text: string }): boolean => text === name;
    places.push({ ...policy, definitions: definitions.filter(isName), uses: uses.filter(isName) });
  }
  return places;
}

/** URI of the policy whose `formats:` a name means in a policy. */
async function definingUri(
  start: Pick<Snapshot, 'document' | 'syntax'>,
  name: string,
  context: ServiceContext,
): Promise<string | undefined> {
  const defines = ({ syntax }: Pick<Snapshot, 'syntax'>): boolean =>
    formatNames(syntax.root).definitions.some(({ text }) => text === name);
  if (defines(start)) return start.document.uri;
  return (await basePolicies(start, context)).find(defines)?.document.uri;
}
