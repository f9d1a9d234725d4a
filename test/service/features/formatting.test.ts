import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { createRandom } from '../../core/policy/random';
import { mutated, unkempt } from '../mutated';
import { edit } from '../editor';

const FOLDERS = ['test/core/policy/fixtures', 'samples/policies'].map((folder) =>
  path.join(import.meta.dirname, '../../..', folder),
);
const TEXTS = FOLDERS.flatMap((folder) =>
  readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const),
);

const ROUNDS = Number(process.env['ROUNDS'] ?? 2000);

/** The text as the service formats it; the bar of the editor is not used here. */
function formatted(text: string, tabSize = 2): string {
  const { service, document } = edit('');
  const own = TextDocument.create(document.uri, document.languageId, document.version + 1, text);
  return TextDocument.applyEdits(own, [...service.format(own, undefined, { tabSize })]);
}

/** What the yaml package, without any of ours, makes of a text: its data and its comments in order. */
function meaning(text: string): unknown {
  const data = parseAllDocuments(text, { logLevel: 'silent' }).map((document) => document.toJSON() as unknown);
  const comments = [...text.matchAll(/(?<=^|\s)#.*$/gm)].map(([comment]) => comment.trimEnd());
  return { data, comments };
}

/** A policy without the places of its parts, which formatting moves. */
function policyOf(text: string): string {
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  const told = findings.map(({ code, severity, message }) => ({ code, severity, message }));
  return JSON.stringify({ policy, told }, (key, value: unknown) =>
    key === 'range' || key === 'indent' ? undefined : value,
  );
}

describe('formatting', () => {
  it('indents, spaces and separates as in the manual', () => {
    expect(
      formatted(`version:   1


checkpoint:\tmodel   # the small one
rules:
- match:   [ a ,b,  "c.*" ]
  dtype:  int4\t
   
  # of the second rule
-   match: x
    round: {stochastic:   7}
    because: >
          two
          lines
formats: {  }`),
    ).toBe(`version: 1

checkpoint: model   # the small one
rules:
  - match: [a, b, "c.*"]
    dtype: int4

    # of the second rule
  - match: x
    round: { stochastic: 7 }
    because: >
      two
      lines
formats: {}
`);
  });

  it('lays out JSON and broken lists by their depth', () => {
    expect(formatted('{ "version":1,\n"rules":[\n{"match":"a" ,"dtype":"int8"}\n]}\n')).toBe(
      '{ "version": 1,\n  "rules": [\n    { "match": "a", "dtype": "int8" }\n  ] }\n',
    );
    expect(formatted('rules:\n  - match: [\n      a,\n      b ]\n')).toBe(
      'rules:\n  - match: [\n        a,\n        b]\n',
    );
  });

  it('keeps line ends of Windows, and takes the width that the editor asks for', () => {
    expect(formatted('rules:\r\n- match: a\r\n  dtype: int8  \r\n')).toBe(
      'rules:\r\n  - match: a\r\n    dtype: int8\r\n',
    );
    expect(formatted('evaluate:\n  context: 512\n', 4)).toBe('evaluate:\n    context: 512\n');
  });

  it('leaves a text with errors as it is', () => {
    const broken = 'rules:\n- match: "a\n  dtype:   int8\n';
    expect(formatted(broken)).toBe(broken);
  });

  it('changes the lines of a range only', () => {
    const { service, document } = edit('version:  1\ndefault:  keep\nrules:   []\n');
    const range = { start: { line: 1, character: 3 }, end: { line: 1, character: 5 } };
    const edits = service.format(document, range, { tabSize: 2 });
    expect(TextDocument.applyEdits(document, [...edits])).toBe('version:  1\ndefault: keep\nrules:   []\n');
  });

  it.each(TEXTS)('of %s changes no meaning and is done after one time', (_, text) => {
    const once = formatted(text);
    if (once === text) return;
    expect(meaning(once)).toEqual(meaning(text));
    expect(policyOf(once)).toBe(policyOf(text));
    expect(formatted(once)).toBe(once);
  });

  it(`of ${ROUNDS} mutated policies changes no meaning and is done after one time`, () => {
    const random = createRandom(20_261_123);
    let changed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const text = mutated(unkempt(TEXTS[random.integer(TEXTS.length)]![1], random), random);
      const once = formatted(text);
      if (once === text) continue;
      changed++;
      const shown = JSON.stringify(text);
      expect(meaning(once), shown).toEqual(meaning(text));
      expect(policyOf(once), shown).toBe(policyOf(text));
      expect(formatted(once), shown).toBe(once);
    }
    // A part of the mutations leaves YAML that can be read; without this the test could pass on texts it never touched.
    expect(changed).toBeGreaterThan(ROUNDS / 6);
  });
});
