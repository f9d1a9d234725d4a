#!/usr/bin/env node
// Writes what is generated from the number formats: the dtype names of schemas/dtype-policy.schema.json and the table
// docs/formats.md. `node scripts/generate.mjs [--check]` (with --check: nothing is written, exit 1 when out of date)
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mkdtemp, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import prettier from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const at = (file) => path.join(root, file);

/** Exports of a TypeScript module of the core. */
async function load(file) {
  const folder = await mkdtemp(at('node_modules/.cache-generate-'));
  try {
    const outfile = path.join(folder, 'module.mjs');
    await build({
      entryPoints: [at(file)],
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A regular expression for a word in any letter case: JSON Schema has no flag for that. */
function anyCase(word) {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replaceAll('.', '\\.');
}

function schemaText({ FORMATS }) {
  const schema = JSON.parse(readFileSync(at('schemas/dtype-policy.schema.json'), 'utf8'));
  const formats = [...FORMATS.values()];
  const names = [...formats.map(({ id }) => id), ...formats.flatMap(({ aliases }) => aliases)];
  const [ids, spellings] = schema.$defs.dtype.anyOf;
  ids.enum = ['keep', ...formats.map(({ id }) => id)];
  spellings.pattern = `^(?:${names.map(anyCase).join('|')})$`;
  return JSON.stringify(schema);
}

async function formatted(file, text) {
  return prettier.format(text, { ...(await prettier.resolveConfig(at(file))), filepath: at(file) });
}

const check = process.argv.includes('--check');
const core = await load('extension/core/formats/registry.ts');
const { formatsDocument } = await load('extension/core/interop/formats-document.ts');
const outputs = [
  ['schemas/dtype-policy.schema.json', await formatted('schemas/dtype-policy.schema.json', schemaText(core))],
  ['docs/formats.md', formatsDocument([...core.FORMATS.values()])],
];
let stale = 0;
for (const [file, text] of outputs) {
  let before = '';
  try {
    before = readFileSync(at(file), 'utf8');
  } catch {
    // Not there yet.
  }
  if (before === text) continue;
  stale++;
  if (check) console.error(`${file} is out of date: run npm run generate`);
  else writeFileSync(at(file), text);
}
process.exit(check && stale > 0 ? 1 : 0);
