import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { instantiateCastKernels } from '../../extension/kernels/cast';
import type { CastKernels } from '../../extension/kernels/cast-kernels';
import { hasRelaxedSimd, kernelFile } from '../../extension/kernels/relaxed-simd';
import { sameResult } from './same-result';

/** The module that `node scripts/build-kernels.mjs` makes. */
export function castModule(build: 'plain' | 'relaxed' = 'plain'): WebAssembly.Module {
  // Node 20 has relaxed SIMD behind a flag.
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const file = new URL(`../../dist/kernels/${kernelFile('cast', build === 'relaxed')}`, import.meta.url);
  if (!existsSync(file)) throw new Error(`${file.pathname} is missing; run node scripts/build-kernels.mjs`);
  return new WebAssembly.Module(readFileSync(file));
}

/** The plain kernels; each of their casts is done by those with relaxed SIMD too, and must have the same bits. */
export function castKernels(): CastKernels {
  const plain = instantiateCastKernels(castModule('plain'));
  const relaxed = instantiateCastKernels(castModule('relaxed'));
  return {
    ...plain,
    cast(job) {
      const result = plain.cast(job);
      sameResult(relaxed.cast(job), result);
      return result;
    },
  };
}
