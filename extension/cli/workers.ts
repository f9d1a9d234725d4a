import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { ModelGraph } from '../core/model/graph';
import { hasRelaxedSimd, kernelFile, type KernelModule } from '../kernels/relaxed-simd';
import { createModelPool } from '../worker/model-pool';
import type { ModelPool } from '../worker/model-protocol';
import { createKernelPool } from '../worker/pool';
import type { KernelPool } from '../worker/protocol';
import { spawnNodeWorker } from '../worker/spawn-node';

/** The build lays bundles beside each other: dist/cli, dist/node, dist/kernels. */
const DIST = path.resolve(__dirname, '..');

export function workerScript(name: 'kernel-worker' | 'model-worker'): string {
  return path.join(DIST, 'node', `${name}.js`);
}

/** Node 20 has relaxed SIMD behind a flag, which it takes at run time too. */
function allowRelaxedSimd(): void {
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** `plain`: the build that computes the same bits on every machine, though relaxed SIMD would be faster. */
export async function compileKernels(name: KernelModule, plain = false): Promise<WebAssembly.Module> {
  if (!plain) allowRelaxedSimd();
  return WebAssembly.compile(
    await readFile(path.join(DIST, 'kernels', plain ? kernelFile(name, false) : kernelFile(name))),
  );
}

export function workerCount(asked: number | undefined): number {
  return asked ?? Math.min(16, availableParallelism());
}

export async function startKernelPool(asked: number | undefined): Promise<KernelPool> {
  return createKernelPool({
    spawn: () => Promise.resolve(spawnNodeWorker(workerScript('kernel-worker'))),
    size: workerCount(asked),
    module: await compileKernels('cast'),
  });
}

/** Workers that each hold the model and its cast, in `bytes` of memory each; `reproducible` as `plain` above. */
export async function startModelPool(
  asked: number | undefined,
  graph: ModelGraph,
  context: number,
  bytes: number,
  reproducible: boolean,
): Promise<ModelPool> {
  return createModelPool({
    spawn: () => Promise.resolve(spawnNodeWorker(workerScript('model-worker'))),
    size: workerCount(asked),
    module: await compileKernels('model', reproducible),
    graph,
    context,
    bytes,
  });
}
