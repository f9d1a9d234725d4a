#!/usr/bin/env node
// Asks the other programs again and writes their answers anew: every golden file of the tests. Ends with 1 when one of them
// differs from what is committed. `node scripts/oracles.mjs [folder ...] [--install] [--models FOLDER] [--llama-cpp FOLDER]`
//   folder     only these: formats, analysis, evaluate, model, model-trees, safetensors, gguf
//   --install  first makes .cache/oracles: a Python environment with test/oracles/requirements.txt, and libggml
//   --models   folder of public NAME.config.json and NAME.index.json files, which model-trees needs
//   --llama-cpp  checkout of llama.cpp, whose converter gguf asks
// Python is DOWNCAST_PYTHON, else .cache/oracles; libggml is GGML_LIBRARY, else .cache/oracles.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const environment = path.join(root, '.cache/oracles');
const oracles = path.join(root, 'test/oracles');
const python = process.env.DOWNCAST_PYTHON ?? path.join(environment, 'bin/python');
const ggml = path.join(environment, 'ggml');
const library =
  process.env.GGML_LIBRARY ?? path.join(ggml, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so');
const GGML_PACKAGE = '@node-llama-cpp/linux-x64@3.22.1';
const GOLDEN = ['test/oracles', 'test/fixtures'];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    install: { type: 'boolean', default: false },
    models: { type: 'string' },
    'llama-cpp': { type: 'string' },
  },
});

/** Runs to the end; what it prints is shown only when it fails. */
function run(command, args, { cwd = root } = {}) {
  const started = performance.now();
  const shown =
    args[0] === '-c' ? ['versions'] : args.map((arg) => (arg.startsWith('/') ? path.relative(root, arg) : arg));
  const name = [path.basename(command), ...shown].join(' ');
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, GGML_LIBRARY: library },
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    throw new Error(`${name} failed${error ? `: ${error.message}` : ` with ${status}`}`);
  }
  process.stdout.write(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  return stdout;
}

function install() {
  run('python3', ['-m', 'venv', environment]);
  run(path.join(environment, 'bin/pip'), ['install', '--quiet', '-r', path.join(oracles, 'requirements.txt')]);
  run('npm', ['install', '--prefix', ggml, '--ignore-scripts', '--no-save', GGML_PACKAGE]);
}

/** Packages that are missing or of another version than the golden files were made with. */
function otherVersions() {
  const wanted = readFileSync(path.join(oracles, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('==') && !line.startsWith('#'));
  const program = `
import importlib.metadata, sys
for line in sys.argv[1:]:
    name, version = line.split("==")
    try: found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError: found = "missing"
    if found.split("+")[0] != version: print(f"{name}: {found} instead of {version}")
`;
  return run(python, ['-c', program, ...wanted]).trim();
}

function scripts(folder, names, ...rest) {
  for (const name of names) run(python, [path.join(oracles, folder, `${name}.py`), ...rest]);
}

function skipped(what, why) {
  process.stdout.write(`SKIPPED ${what}: ${why}\n`);
}

async function safetensors() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'downcast-oracles-'));
  try {
    const outfile = path.join(folder, 'write-inputs.mjs');
    await build({
      entryPoints: [path.join(oracles, 'safetensors/write-inputs.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
    });
    run(process.execPath, [outfile, path.join(folder, 'inputs')]);
    run(python, [path.join(oracles, 'safetensors/record.py'), path.join(folder, 'inputs')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  run('npx', ['prettier', '--write', '--log-level=warn', 'test/oracles/safetensors', 'test/fixtures/checkpoints']);
}

const FOLDERS = {
  formats: () => run(python, [path.join(oracles, 'formats/make.py')]),
  analysis: () => scripts('analysis', ['statistics']),
  evaluate: () => scripts('evaluate', ['activations', 'parquet', 'summaries', 'pairs']),
  model: () => scripts('model', ['elements', 'llama', 'architectures', 'sample', 'tokenizer']),
  safetensors,
  'model-trees'() {
    if (options.models) scripts('model-trees', ['make'], path.resolve(options.models));
    else skipped('model-trees', '--models names no folder of public index files');
  },
  gguf() {
    scripts('gguf', ['files']);
    const converter = options['llama-cpp'];
    if (converter) scripts('gguf', ['convert'], path.resolve(converter));
    else skipped('gguf/convert.py', '--llama-cpp names no checkout');
    // tokenizers trains a Unigram model otherwise in each run: hash tables with random seeds.
    skipped('gguf/tokenizers.py', 'the models that it trains differ from run to run');
  },
};

function changedFiles() {
  const { stdout } = spawnSync('git', ['status', '--porcelain', '--', ...GOLDEN], { cwd: root, encoding: 'utf8' });
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}

async function main() {
  const unknown = positionals.find((folder) => !Object.hasOwn(FOLDERS, folder));
  if (unknown) throw new Error(`"${unknown}" is no folder of oracles; there are ${Object.keys(FOLDERS).join(', ')}`);
  if (options.install) install();
  if (!existsSync(python) && !process.env.DOWNCAST_PYTHON) {
    throw new Error(
      `${path.relative(root, python)} is missing: set DOWNCAST_PYTHON, or let "npm run oracles -- --install" make it`,
    );
  }
  const other = otherVersions();
  if (other)
    process.stdout.write(`Other versions than test/oracles/requirements.txt, so answers may differ:\n${other}\n`);
  const chosen = positionals.length > 0 ? positionals : Object.keys(FOLDERS);
  if (chosen.includes('formats') && !existsSync(library)) {
    throw new Error(`libggml is missing (${library}): set GGML_LIBRARY, or add --install`);
  }
  const before = changedFiles();
  for (const folder of chosen) {
    await FOLDERS[folder]();
  }
  const changed = [...changedFiles()].filter((line) => !before.has(line));
  process.stdout.write(changed.length === 0 ? 'Every golden file is as committed.\n' : `${changed.join('\n')}\n`);
  process.exitCode = changed.length === 0 ? 0 : 1;
}

await main().catch((error) => {
  process.stderr.write(`oracles: ${error.message}\n`);
  process.exitCode = 2;
});
