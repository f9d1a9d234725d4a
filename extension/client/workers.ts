import * as vscode from 'vscode';
import type { PoolNeed } from '../jobs/evaluate';
import { kernelFile } from '../kernels/relaxed-simd';
import { createModelPool } from '../worker/model-pool';
import type { ModelPool } from '../worker/model-protocol';
import { createKernelPool } from '../worker/pool';
import type { KernelPool } from '../worker/protocol';
import type { Platform } from './platform';
import type { Disposes } from './disposes';

/** Kernel workers, started when first needed and kept for the session. */
export interface Workers extends Disposes {
  readonly size: number;
  kernels(): Promise<KernelPool>;
  /** Workers for one evaluation, which ends them. */
  model(need: PoolNeed): Promise<ModelPool>;
}

export function createWorkers(context: vscode.ExtensionContext, platform: Platform): Workers {
  const modules = new Map<string, Promise<WebAssembly.Module>>();
  let pool: Promise<KernelPool> | undefined;
  const module = (name: 'cast' | 'model'): Promise<WebAssembly.Module> => {
    const known = modules.get(name);
    if (known) return known;
    const compiled = compile(vscode.Uri.joinPath(context.extensionUri, 'dist', 'kernels', kernelFile(name)));
    modules.set(name, compiled);
    return compiled;
  };
  const size = workerCount(platform.cores);
  return {
    size,
    model: async ({ graph, context, rounding, workers, manner }) =>
      createModelPool({
        spawn: () => platform.spawnWorker('model-worker'),
        size: workers,
        module: await module('model'),
        graph,
        context,
        rounding,
        manner,
      }),
    kernels: () =>
      (pool ??= module('cast').then((wasm) =>
        createKernelPool({ spawn: () => platform.spawnWorker('kernel-worker'), size, module: wasm }),
      )),
    dispose: () => void pool?.then((started) => started.dispose()),
  };
}

async function compile(uri: vscode.Uri): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(await vscode.workspace.fs.readFile(uri)));
}

function workerCount(cores: number): number {
  const asked = vscode.workspace.getConfiguration('downcast').get<number>('workers', 0);
  return asked > 0 ? asked : Math.max(1, Math.min(cores, 16));
}
