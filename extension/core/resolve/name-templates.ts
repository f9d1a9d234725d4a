import type { TensorTree } from '../checkpoint/tensor';

/** Names that differ in their numbers only, told once: 91,000 tensors of a mixture are a few dozen of these. */
export interface NameTemplate {
  /** Dotted segments of the first such name. */
  readonly segments: readonly string[];
  /** The text around the numbers: one piece more than there are numbers. */
  readonly literals: readonly string[];
  /** Indices in `tree.tensors`, ascending. */
  readonly tensors: Uint32Array;
  /** For each number of the name in order. */
  readonly numbers: readonly TemplateNumber[];
}

export interface TemplateNumber {
  /** The different numbers as they are written, in order of first appearance. */
  readonly values: readonly string[];
  /** For each tensor of the template, which of the values it has. */
  readonly of: Uint32Array;
}

/** A segment of this many digits is a number; one of more is a name. */
const MOST_DIGITS = 9;

/** Stands for a number in the key of a template; a private-use letter that no name holds. */
const HOLE = '\ue001';

const DOT = '.'.charCodeAt(0);

interface Gathered {
  readonly literals: readonly string[];
  readonly segments: readonly string[];
  readonly tensors: number[];
  readonly numbers: readonly { readonly index: Map<string, number>; readonly of: number[] }[];
}

/** Templates of all names in order of first appearance. */
export function nameTemplates({ tensors }: Pick<TensorTree, 'tensors'>): readonly NameTemplate[] {
  const templates = new Map<string, Gathered>();
  const found: number[] = [];
  tensors.forEach(({ name }, at) => {
    findNumbers(name, found);
    const literals = literalsOf(name, found);
    const key = literals.join(HOLE);
    let template = templates.get(key);
    if (!template) {
      const numbers = literals.slice(1).map(() => ({ index: new Map<string, number>(), of: [] }));
      templates.set(key, (template = { literals, segments: name.split('.'), tensors: [], numbers }));
    }
    template.tensors.push(at);
    template.numbers.forEach(({ index, of }, hole) => {
      const digits = name.slice(found[2 * hole], found[2 * hole + 1]);
      const known = index.get(digits);
      of.push(known ?? index.size);
      if (known === undefined) index.set(digits, index.size);
    });
  });
  return [...templates.values()].map((template): NameTemplate => ({
    segments: template.segments,
    literals: template.literals,
    tensors: Uint32Array.from(template.tensors),
    numbers: template.numbers.map(({ index, of }) => ({ values: [...index.keys()], of: Uint32Array.from(of) })),
  }));
}

/** Puts start and end of each segment of digits into `found`. */
function findNumbers(name: string, found: number[]): void {
  found.length = 0;
  for (let start = 0; start <= name.length;) {
    let end = start;
    let digits = true;
    for (; end < name.length; end++) {
      const code = name.charCodeAt(end);
      if (code === DOT) break;
      if (code < 48 || code > 57) digits = false;
    }
    if (digits && end > start && end - start <= MOST_DIGITS) found.push(start, end);
    start = end + 1;
  }
}

function literalsOf(name: string, found: readonly number[]): readonly string[] {
  const literals: string[] = [];
  let from = 0;
  for (let at = 0; at < found.length; at += 2) {
    literals.push(name.slice(from, found[at]));
    from = found[at + 1]!;
  }
  literals.push(name.slice(from));
  return literals;
}
