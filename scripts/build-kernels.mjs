#!/usr/bin/env node
// Builds every folder extension/kernels/assembly/<name>/index.ts into dist/kernels/<name>.wasm with AssemblyScript, and
// into <name>.relaxed.wasm for hosts with relaxed SIMD.
// A module newer than all of its sources is left alone. `node scripts/build-kernels.mjs [--force] [name ...]`
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(script), '..');
const sources = path.join(root, 'extension/kernels/assembly');
const output = path.join(root, 'dist/kernels');
const compiler = path.join(root, 'node_modules/assemblyscript');

/**
 * The host owns the memory: it imports `env.memory`, static data lies from 64 KiB on, and the host places its buffers
 * after the module's `__heap_base`.
 */
const FLAGS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--initialMemory',
  '16',
  '--maximumMemory',
  '65536',
  '--memoryBase',
  '65536',
  // "Exchange of v128 values": no exported function takes or returns any.
  '--disableWarning',
  '112',
];

const FEATURES = 'simd,bulk-memory,nontrapping-f2i';

/** The same sources twice: plain SIMD computes the same bits everywhere, relaxed SIMD is faster where there is it. */
const BUILDS = [
  { ending: '.wasm', features: FEATURES },
  { ending: '.relaxed.wasm', features: `${FEATURES},relaxed-simd` },
];

function kernelNames() {
  if (!existsSync(sources)) return [];
  return readdirSync(sources).filter((name) => existsSync(path.join(sources, name, 'index.ts')));
}

/** Newest change among a kernel's sources, this script and the compiler. */
function newestSource(name) {
  const folder = path.join(sources, name);
  const files = readdirSync(folder, { recursive: true }).map((file) => path.join(folder, file));
  return Math.max(...[...files, script, path.join(compiler, 'package.json')].map((file) => statSync(file).mtimeMs));
}

function compile(name, { ending, features }) {
  const target = path.join(output, name + ending);
  const temporary = `${target}.${process.pid}`;
  const asc = path.join(compiler, 'bin/asc.js');
  const args = [
    asc,
    path.join('extension/kernels/assembly', name, 'index.ts'),
    ...FLAGS,
    '--enable',
    features,
    '--outFile',
    temporary,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('exit', (code) => {
      // Renamed only when whole: another process may be reading the old one.
      if (code === 0) resolve(rename(temporary, target));
      else rm(temporary, { force: true }).then(() => reject(new Error(`kernel ${name} does not compile`)), reject);
    });
  });
}

/** Builds the kernels that are older than their sources; all of them with `force`. Returns the names built. */
export async function buildKernels({ force = false, only = kernelNames() } = {}) {
  await mkdir(output, { recursive: true });
  const stale = only.filter((name) => {
    const newest = newestSource(name);
    return BUILDS.some(({ ending }) => {
      const target = path.join(output, name + ending);
      return force || !existsSync(target) || statSync(target).mtimeMs < newest;
    });
  });
  for (const name of stale) await Promise.all(BUILDS.map((build) => compile(name, build)));
  return stale;
}

if (process.argv[1] && path.resolve(process.argv[1]) === script) {
  const args = process.argv.slice(2);
  const names = args.filter((arg) => !arg.startsWith('--'));
  const built = await buildKernels({ force: args.includes('--force'), only: names.length > 0 ? names : kernelNames() });
  console.log(built.length > 0 ? `built ${built.join(', ')}` : 'kernels are up to date');
}
