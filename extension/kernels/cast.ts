import { referenceKernels } from './cast-reference';
import type { CastKernels } from './cast-kernels';
export function instantiateCastKernels(_module: WebAssembly.Module): CastKernels {
  return referenceKernels;
}
