import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { instantiateModelKernels, type ModelKernels } from '../../extension/kernels/model';
import type { Pausing } from '../../extension/core/model/pausing';
import { hasRelaxedSimd, kernelFile } from '../../extension/kernels/relaxed-simd';

/** Both builds must pass the same tests; relaxed SIMD may fuse products, which leaves tolerances as they are. */
export const BUILDS = ['plain', 'relaxed'] as const;
export type Build = (typeof BUILDS)[number];

/** The module that `node scripts/build-kernels.mjs` makes. */
export function modelModule(build: Build = 'plain'): WebAssembly.Module {
  // Node 20 has relaxed SIMD behind a flag.
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const file = new URL(`../../dist/kernels/${kernelFile('model', build === 'relaxed')}`, import.meta.url);
  if (!existsSync(file)) throw new Error(`${file.pathname} is missing; run node scripts/build-kernels.mjs`);
  return new WebAssembly.Module(readFileSync(file));
}

export function modelKernels(build?: Build): ModelKernels {
  return instantiateModelKernels(modelModule(build));
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
