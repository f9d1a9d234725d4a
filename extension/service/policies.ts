import { TextDocument } from 'vscode-languageserver-textdocument';
import { readSyntax, type SyntaxTree } from '../core/policy/syntax-tree';
import { fingerprint } from './fingerprint';
import { resolveReference } from './reference';
import type { ServiceContext } from './service-context';
import { rootScalar } from './syntax-walk';

/** A policy's text, open in the editor or not. */
export interface PolicyText {
  readonly document: TextDocument;
  readonly syntax: SyntaxTree;
  /** Whether the editor holds it: then edits are for its version. */
  readonly open: boolean;
}

/** Policies that one policy builds on at most; more are a mistake, or a circle. */
const MOST_BASES = 16;

/** URI of the policy that a policy extends. */
function baseUri({ document, syntax }: Start, root: string | undefined): string | undefined {
  const written = rootScalar(syntax.root, 'extends')?.text;
  return written === undefined ? undefined : resolveReference(document.uri, written, root);
}

/** The text of a policy: as the editor has it, else from its file. Undefined when there is none. */
export async function readPolicy(uri: string, context: ServiceContext): Promise<PolicyText | undefined> {
  for (const document of context.workspace.documents()) {
    if (document.uri !== uri) continue;
    const { syntax, document: text } = context.analyses.snapshot(document);
    return { document: text, syntax, open: true };
  }
  try {
    const text = await context.workspace.readText(uri);
    const document = TextDocument.create(uri, 'dtype-policy', fingerprint(text), text);
    return { document, syntax: readSyntax(text), open: false };
  } catch {
    return undefined;
  }
}

/** The policies that a policy extends, the nearest first; a circle is left where it closes. */
export async function basePolicies(start: Start, context: ServiceContext): Promise<readonly PolicyText[]> {
  return (await chain(start, context)).bases;
}

/** URIs of the policies that a policy extends; the last one may lead nowhere yet. */
export async function baseUris(start: Start, context: ServiceContext): Promise<readonly string[]> {
  return (await chain(start, context)).uris;
}

type Start = Pick<PolicyText, 'document' | 'syntax'>;

async function chain(
  start: Start,
  context: ServiceContext,
): Promise<{ readonly uris: readonly string[]; readonly bases: readonly PolicyText[] }> {
  const bases: PolicyText[] = [];
  const uris: string[] = [];
  let next = baseUri(start, context.workspace.root);
  while (next !== undefined && next !== start.document.uri && !uris.includes(next) && uris.length < MOST_BASES) {
    uris.push(next);
    const base = await readPolicy(next, context);
    if (!base) break;
    bases.push(base);
    next = baseUri(base, context.workspace.root);
  }
  return { uris, bases };
}

/** Every policy that can be found: those of the workspace, and those that are open. */
export async function allPolicies(context: ServiceContext): Promise<readonly PolicyText[]> {
  const open = [...context.workspace.documents()].map(({ uri }) => uri);
  const found = await context.workspace.policyFiles();
  const texts = await Promise.all([...new Set([...open, ...found])].map((uri) => readPolicy(uri, context)));
  return texts.filter((text) => text !== undefined);
}
