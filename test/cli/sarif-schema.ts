import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';

const FILE = path.join(import.meta.dirname, '../fixtures/sarif/sarif-2.1.0.schema.json');

/**
 * What the official schema of SARIF 2.1.0 has against a log; empty for a valid one. The schema is written in JSON Schema's
 * draft 4, of which it uses nothing that newer drafts read otherwise but the name of its `id`.
 */
export function sarifErrors(log: unknown): readonly string[] {
  const written = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;
  const schema = { ...written, $schema: undefined, id: undefined };
  // One of its patterns is none with the `u` flag.
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('uri-reference', (text) => URL.canParse(text, 'https://example.org/') && !/[\s<>"\\^`{|}]/.test(text));
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  const validate = ajv.compile(schema);
  if (validate(log)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
