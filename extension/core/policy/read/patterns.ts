import type { Pattern } from '../policy';
import type { ScalarNode, SyntaxNode } from '../syntax';
import { reportError, type Reader } from './reader';

const EXPECTED = 'a glob, a /regular expression/ or a list of them';

/** One pattern or a list of them; those that don't compile are findings and left out. */
export function readPatterns(key: string, node: SyntaxNode | undefined, reader: Reader): readonly Pattern[] {
  if (node === undefined) return [];
  if (node.kind === 'scalar') return readPattern(key, node, reader);
  if (node.kind === 'list' && node.items.length > 0) {
    return node.items.flatMap((item) => {
      if (item.kind === 'scalar') return readPattern(key, item, reader);
      reportError(reader, 'bad-value', item.range, `each pattern of ${key} is a glob or a /regular expression/`);
      return [];
    });
  }
  const found = node.kind === 'map' ? 'is a mapping' : node.kind === 'list' ? 'is an empty list' : 'has no value';
  reportError(reader, 'bad-value', node.range, `${key} ${found}; expected ${EXPECTED}`);
  return [];
}

function readPattern(key: string, scalar: ScalarNode, reader: Reader): readonly Pattern[] {
  const { text, style, range } = scalar;
  if (text === '') {
    reportError(reader, 'bad-pattern', range, `${key} is empty; expected ${EXPECTED}`);
    return [];
  }
  if (text.startsWith('/') && (text.length === 1 || !text.endsWith('/'))) {
    reportError(reader, 'bad-pattern', range, 'a regular expression ends with / too');
    return [];
  }
  const regex = text.startsWith('/');
  const pattern: Pattern = {
    kind: regex ? 'regex' : 'glob',
    source: regex ? text.slice(1, -1) : text,
    range,
    quotes: style === 'block' ? 'double' : style,
  };
  const error = reader.checkPattern(pattern);
  if (!error) return [pattern];
  const { message, start, end } = error;
  reportError(reader, 'bad-pattern', inText(scalar, start + (regex ? 1 : 0), end + (regex ? 1 : 0)), message);
  return [];
}

/** Where a part of the value stands in the text; the whole value when escapes make that unclear. */
function inText({ text, style, range }: ScalarNode, start: number, end: number): ScalarNode['range'] {
  const quote = style === 'plain' ? 0 : 1;
  if (range.end - range.start !== text.length + 2 * quote) return range;
  return { start: range.start + quote + start, end: range.start + quote + end };
}
