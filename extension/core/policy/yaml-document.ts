import { Composer, Lexer, Parser, type CST, type Document, type YAMLError } from 'yaml';
import type { Finding } from './finding';
import { checkDepth, checkText, createTokenCheck } from './limits';

/** A text that stayed within the limits, composed; it may still be wrong YAML. */
export interface YamlDocument {
  readonly document: Document.Parsed | undefined;
  readonly errors: readonly YAMLError[];
  /** Offset of a second document, when there is one. */
  readonly second: number | undefined;
  readonly tokens: number;
  /** Uses of `*anchor` among them. */
  readonly aliases: number;
}

/**
 * Composes the first YAML 1.2 document of a text. Never throws: a broken limit comes back as a finding, and
 * then nothing was composed. `depth`: lists and mappings around a text that is a part of a file. Duplicate keys are not looked for here (the package's check is quadratic).
 */
export function composeYaml(text: string, depth = 0): YamlDocument | Finding {
  const broken = checkText(text);
  if (broken) return broken;
  const parser = new Parser();
  const check = createTokenCheck();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const found = check.tooMany(lexeme);
    if (found) return found;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  tokens.push(...parser.end());
  const deep = checkDepth(tokens, depth);
  if (deep) return deep;
  const documents = withoutStacks(() => {
    const composer = new Composer({ uniqueKeys: false, schema: 'core', merge: false, logLevel: 'silent' });
    return [...composer.compose(tokens, true, text.length)];
  });
  const [document, second] = documents;
  return {
    document,
    errors: document ? [...document.errors, ...document.warnings] : [],
    second: second?.range[0],
    ...check.counts(),
  };
}

/**
 * The package makes an Error of each slip in a text, and to write down where it was made takes longer than all the
 * rest; nobody reads that.
 */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
