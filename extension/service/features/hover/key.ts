import type { KeySpec } from '../../../core/policy/keys';
import type { SyntaxPath } from '../../../core/policy/locate';
import { keysAt } from '../../keys-at';
import { code } from '../../wording';

/** A key of the language, wherever it stands. */
export function describeKey(mapping: SyntaxPath, key: string): string | undefined {
  const spec = keysAt(mapping).find(({ name }) => name === key);
  return spec && describeSpec(spec);
}

function describeSpec({ name, summary, values }: KeySpec): string {
  const listed = values && values.length > 1 ? `\n\nSuch as ${values.map(code).join(', ')}.` : '';
  return `${code(name)}: ${summary}${listed}`;
}
