/**
 * What was computed of base models, by key: a later evaluation over the same windows spares the base's pass. A cache
 * may lose entries whenever it likes, and never gives other bytes than were put.
 */
export interface BaseCache {
  /** Bytes that it holds at most. */
  readonly limit: number;
  has(key: string): Promise<boolean>;
  /** The caller's own copy; undefined when there is no such entry, or none that can be trusted. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Never rejects: what can't be kept is not. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Bytes that a cache in memory holds when nothing else is asked. */
const MEMORY_LIMIT = 1e9;

/** A cache in memory of `limit` bytes at most; what was not used for the longest time goes first. */
export function createMemoryBaseCache(limit = MEMORY_LIMIT): BaseCache {
  // A map keeps the order of insertion: the first entry is the one unused for the longest time.
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    limit,
    has: (key) => Promise.resolve(entries.has(key)),
    get(key) {
      const bytes = entries.get(key);
      if (!bytes) return Promise.resolve(undefined);
      entries.delete(key);
      entries.set(key, bytes);
      return Promise.resolve(bytes.slice());
    },
    put(key, bytes) {
      drop(key);
      if (bytes.byteLength <= limit) {
        entries.set(key, bytes.slice());
        total += bytes.byteLength;
      }
      for (const oldest of entries.keys()) {
        if (total <= limit) break;
        drop(oldest);
      }
      return Promise.resolve();
    },
  };
}
