import type { SyntaxPath } from '../core/policy/locate';
import type { ScalarNode, SyntaxNode } from '../core/policy/syntax';
import { holds, scalarValues } from './syntax-walk';

/** The formats that a policy defines under `formats:`, and where it names any format. Read from the text alone. */
export interface FormatNames {
  readonly definitions: readonly ScalarNode[];
  readonly uses: readonly ScalarNode[];
}

/** Keys whose value is the name of a format. */
const NAMING: ReadonlySet<string> = new Set(['dtype', 'via']);

export function formatNames(root: SyntaxNode | undefined): FormatNames {
  if (root?.kind !== 'map') return { definitions: [], uses: [] };
  const formats = root.entries.find(({ key }) => key.text === 'formats')?.value;
  return {
    definitions: formats?.kind === 'map' ? formats.entries.map(({ key }) => key) : [],
    uses: scalarValues(root)
      .filter(({ path }) => namesFormat(path))
      .map(({ node }) => node),
  };
}

/** Whether the value at a path is the name of a format. */
export function namesFormat(path: SyntaxPath): boolean {
  const last = path.at(-1);
  if (path.length === 1) return last === 'default';
  const inRule = path[0] === 'rules' && path.length === 3;
  return (inRule || path[0] === 'default') && typeof last === 'string' && NAMING.has(last);
}

/** The definition or use of a format at an offset. */
export function formatNameAt({ definitions, uses }: FormatNames, offset: number): ScalarNode | undefined {
  return [...definitions, ...uses].find(({ range }) => holds(range, offset));
}
