/**
 * Whether tiles of 6 rows are worth it (see the kernel's `useTallTiles`): V8's older compiler loads all operands of a
 * loop first and then runs out of registers, which halves the speed (measured up to V8 12.9, Node 23); its successor
 * keeps their order (measured from V8 13.6, Node 24). An engine does not tell, so the sign is a function that came with
 * V8 13.5. Results do not depend on it.
 */
export function hasTallTiles(): boolean {
  return 'f16round' in Math;
}
