import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { PoolNeed } from '../jobs/evaluate';
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
  return WebAssembly.compile(await readKernels(name, plain));
}

function readKernels(name: KernelModule, plain: boolean): Promise<Buffer<ArrayBuffer>> {
  if (!plain) allowRelaxedSimd();
  return readFile(path.join(DIST, 'kernels', plain ? kernelFile(name, false) : kernelFile(name)));
}

/** Tells apart what may compute other bits: the build, and with relaxed SIMD the machine and its engine too. */
export async function modelKernelsId(reproducible: boolean): Promise<string> {
  const digest = createHash('sha256')
    .update(await readKernels('model', reproducible))
    .digest('hex');
  const relaxed = !reproducible && hasRelaxedSimd();
  return relaxed ? `${digest} ${process.arch} ${process.versions.v8} ${cpus()[0]?.model ?? ''}` : digest;
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

/** Workers that run the model and its cast; `reproducible` as `plain` above. */
export async function startModelPool(
  { graph, context, rounding, workers, manner }: PoolNeed,
  reproducible: boolean,
): Promise<ModelPool> {
  return createModelPool({
    spawn: () => Promise.resolve(spawnNodeWorker(workerScript('model-worker'))),
    size: workers,
    module: await compileKernels('model', reproducible),
    graph,
    context,
    rounding,
    manner,
  });
}
