import { formatBytes } from '../core/byte-size';
import { MODEL_MEMORY_LIMIT } from '../kernels/model-memory';
import { modelBytes, type ModelNeed } from '../kernels/model-size';

/** Contexts below it are no advice. */
const SHORTEST = 64;

/**
 * Bytes that a worker needs. Throws when it is more than WebAssembly gives, or than the machine has (`machine`, bytes,
 * where that is known), saying what would fit.
 */
export function memoryNeed(need: ModelNeed, machine: number | undefined): number {
  const bytes = modelBytes(need);
  const limit = Math.min(MODEL_MEMORY_LIMIT, machine ?? Infinity);
  if (bytes <= limit) return bytes;
  const has =
    limit === MODEL_MEMORY_LIMIT
      ? `which can have ${formatBytes(limit)} at most`
      : `and this machine has ${formatBytes(limit)} to give`;
  throw new Error(
    `evaluating this model with windows of ${need.context} tokens takes ${formatBytes(bytes)} of memory in a worker, ` +
      `${has}; ${advice(need, limit)}`,
  );
}

/** What would fit, tried from the least change on. */
function advice(need: ModelNeed, limit: number): string {
  for (let context = need.context >> 1; context >= SHORTEST; context >>= 1) {
    if (modelBytes({ ...need, context }) <= limit) return `windows of ${context} tokens would fit`;
  }
  const context = Math.min(need.context, SHORTEST);
  const uncast = modelBytes({ ...need, context, changed: new Set() });
  if (uncast <= limit) {
    return `the weights alone take ${formatBytes(uncast)}, and those that are cast are held twice: cast fewer at a time`;
  }
  return `the weights alone take ${formatBytes(uncast)}: evaluate a smaller model of the family`;
}
