import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instantiateModelKernels, type ModelKernels } from '../../extension/kernels/model';
import type { Pausing } from '../../extension/core/model/pausing';

const WASM = fileURLToPath(new URL('../../dist/kernels/model.wasm', import.meta.url));

/** The module that `node scripts/build-kernels.mjs` makes. */
export function modelModule(): WebAssembly.Module {
  if (!existsSync(WASM)) throw new Error('dist/kernels/model.wasm is missing; run node scripts/build-kernels.mjs');
  return new WebAssembly.Module(readFileSync(WASM));
}

export function modelKernels(): ModelKernels {
  return instantiateModelKernels(modelModule());
}

export function toEnd<T>(work: Pausing<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** Numbers in [-1, 1) that are the same in every run. */
export function noise(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
