import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instantiateCastKernels } from '../../extension/kernels/cast';
import type { CastKernels } from '../../extension/kernels/cast-kernels';

const WASM = fileURLToPath(new URL('../../dist/kernels/cast.wasm', import.meta.url));

/** The module that `node scripts/build-kernels.mjs` makes. */
export function castModule(): WebAssembly.Module {
  if (!existsSync(WASM)) throw new Error('dist/kernels/cast.wasm is missing; run node scripts/build-kernels.mjs');
  return new WebAssembly.Module(readFileSync(WASM));
}

export function castKernels(): CastKernels {
  return instantiateCastKernels(castModule());
}
