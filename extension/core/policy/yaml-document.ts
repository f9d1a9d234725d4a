import { Composer, Lexer, Parser, type CST, type Document, type YAMLError } from 'yaml';
import type { Finding } from './finding';
import { checkDepth, checkText, createTokenCheck } from './limits';

/** A text that stayed within the limits, composed; it may still be wrong YAML. */
export interface YamlDocument {
  readonly document: Document.Parsed | undefined;
  readonly errors: readonly YAMLError[];
  /** Offset of a second document, when there is one. */
  readonly second: number | undefined;
}

/**
 * Composes the first YAML 1.2 document of a text. Never throws: a broken limit comes back as a finding, and
 * then nothing was composed. Duplicate keys are not looked for here (the package's check is quadratic).
 */
export function composeYaml(text: string): YamlDocument | Finding {
  const broken = checkText(text);
  if (broken) return broken;
  const parser = new Parser();
  const tooMany = createTokenCheck();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const found = tooMany(lexeme);
    if (found) return found;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  tokens.push(...parser.end());
  const deep = checkDepth(tokens);
  if (deep) return deep;
  const composer = new Composer({ uniqueKeys: false, schema: 'core', merge: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document, second] = documents;
  return {
    document,
    errors: document ? [...document.errors, ...document.warnings] : [],
    second: second?.range[0],
  };
}
