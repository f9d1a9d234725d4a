import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS, formatIds } from '../../../extension/core/formats/registry';

const oracles = new URL('../../oracles/', import.meta.url);

/** Golden files by the formats that they hold casts of. */
function goldenFiles(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (name: string, file: string): void => {
    const id = BUILT_IN_FORMATS.find(name)?.format.id;
    if (id) found.set(id, (found.get(id) ?? new Set()).add(file));
  };
  for (const name of readdirSync(new URL('golden/formats/', oracles))) {
    const file = name.replace('.json', '');
    const content: unknown = JSON.parse(readFileSync(new URL(`golden/formats/${name}`, oracles), 'utf8'));
    // A file of one format is named after it; else casts name theirs, or stand under its name.
    add(file, file);
    walk(content, (key, value) => {
      if (typeof value === 'string' && (key === 'format' || key === 'type')) add(spelling(file, value), file);
      else if (file !== 'ggml') add(spelling(file, key), file);
    });
  }
  return found;
}

/** Names as the table of formats knows them: MXFP4 of ggml and fp4 of bitsandbytes are other formats elsewhere. */
function spelling(file: string, name: string): string {
  if (file === 'ggml') return `ggml_type_${name.toLowerCase()}`;
  return file === 'nf4' && name === 'fp4' ? 'e2m1_bnb' : name;
}

function walk(value: unknown, visit: (key: string, value: unknown) => void): void {
  if (Array.isArray(value)) for (const each of value.slice(0, 500)) walk(each, visit);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, each] of Object.entries(value)) {
    visit(key, each);
    walk(each, visit);
  }
}

const HEADING = '### Which script covers which format';
const page = readFileSync(new URL('README.md', oracles), 'utf8');
const table = page.split(HEADING)[1]!.split('\n#')[0]!;
const rows = [...table.matchAll(/^\| +(`.*?) \| +(.*?) \|/gm)];
const listed = new Map(
  rows.flatMap(([, ids, by]) => [...ids!.matchAll(/`(\w+)`/g)].map(([, id]) => [id!, by!] as const)),
);

test('each format has its row', () => {
  expect([...listed.keys()].sort()).toEqual([...formatIds()].sort());
});

test('a format stands in the golden files of the scripts that its row names', () => {
  const files = goldenFiles();
  const wrong = [...listed].filter(([id, by]) => {
    const scripts = [...by.matchAll(/`(\w+)\.py`/g)].map(([, script]) => script!);
    const golden = files.get(id) ?? new Set();
    // floats.py writes a file for each of its formats.
    return scripts.some((script) => !golden.has(script) && !(script === 'floats' && golden.has(id)));
  });
  expect(wrong).toEqual([]);
});

test('where no program is asked, the test by exact arithmetic is named, and is there', () => {
  const tests = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' });
  const names = new Set(tests.map((file) => path.basename(file)));
  for (const [id, by] of listed) {
    if (by.includes('.py`')) continue;
    const files = [...by.matchAll(/`([\w-]+\.test\.ts)`/g)].map(([, file]) => file!);
    expect(files, id).not.toEqual([]);
    for (const file of files) expect(names, id).toContain(file);
  }
});
