/**
 * A module of one function that uses one instruction of relaxed SIMD: `(v128, v128, v128) -> v128` by
 * `i8x16.relaxed_laneselect`.
 */
const PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x89, 0x02, 0x0b],
);

export type KernelModule = 'cast' | 'model';

/** Whether the engine compiles relaxed SIMD (Chromium 114, Node 22, Firefox 145 and later). */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(PROBE);
}

/** File of a module in dist/kernels: the relaxed build where the engine takes it. */
export function kernelFile(name: KernelModule, relaxed = hasRelaxedSimd()): string {
  return relaxed ? `${name}.relaxed.wasm` : `${name}.wasm`;
}
