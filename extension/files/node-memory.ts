import { freemem, totalmem } from 'node:os';

/** Share of it that is asked for: other programs go on, and the host keeps the tensor that is being loaded. */
const SHARE = 0.9;

/**
 * Bytes that may be taken now, limits of a container included. macOS calls memory used that it gives back when asked,
 * so there it is three quarters of all.
 */
export function machineMemory(): number {
  if (process.platform === 'darwin') return totalmem() * 0.75;
  // Node 20.12 and earlier have it not.
  const { availableMemory } = process as { readonly availableMemory?: () => number };
  return (availableMemory ? availableMemory.call(process) : freemem()) * SHARE;
}
