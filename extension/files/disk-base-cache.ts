import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BaseCache } from '../core/evaluate/base-cache';

const ENDING = '.base';
/** Entries that were being written when their process ended. */
const UNFINISHED = '.part';
const DIGEST_BYTES = 32;
/** Bytes that a cache on disk holds when nothing else is asked. */
const DISK_LIMIT = 4e9;
const DAY_MS = 86_400_000;

/**
 * A cache in a folder, made when first written to. An entry is its SHA-256 and its bytes, written aside and renamed;
 * one that does not match its digest is taken for none. Beyond `limit` bytes those unused for the longest time go.
 */
export function createDiskBaseCache(folder: string, limit = DISK_LIMIT): BaseCache {
  const place = (key: string): string => path.join(folder, key + ENDING);
  let total: number | undefined;
  return {
    limit,
    async has(key) {
      return (await attempt(() => stat(place(key)))) !== undefined;
    },
    async get(key) {
      const file = await attempt(() => readFile(place(key)));
      if (!file) return undefined;
      const bytes = Uint8Array.from(file.subarray(DIGEST_BYTES));
      if (!file.subarray(0, DIGEST_BYTES).equals(digestOf(bytes))) {
        await attempt(() => rm(place(key), { force: true }));
        return undefined;
      }
      const now = new Date();
      await attempt(() => utimes(place(key), now, now));
      return bytes;
    },
    async put(key, bytes) {
      if (bytes.byteLength + DIGEST_BYTES > limit) return;
      const aside = path.join(folder, `${randomUUID()}${UNFINISHED}`);
      const written = await attempt(async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(aside, Buffer.concat([digestOf(bytes), bytes]));
        await rename(aside, place(key));
        return true;
      });
      if (!written) {
        await attempt(() => rm(aside, { force: true }));
        return;
      }
      if (total !== undefined) total += bytes.byteLength + DIGEST_BYTES;
      if (total === undefined || total > limit) total = await prune(folder, limit);
    },
  };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Takes the oldest entries away until the rest fits, a tenth below the limit; returns the bytes that are left. */
async function prune(folder: string, limit: number): Promise<number> {
  const names = (await attempt(() => readdir(folder))) ?? [];
  const entries: { readonly file: string; readonly bytes: number; readonly used: number }[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const found = name.endsWith(ENDING) || name.endsWith(UNFINISHED) ? await attempt(() => stat(file)) : undefined;
    if (!found) continue;
    if (name.endsWith(ENDING)) entries.push({ file, bytes: found.size, used: found.mtimeMs });
    else if (Date.now() - found.mtimeMs > DAY_MS) await attempt(() => rm(file, { force: true }));
  }
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return total;
  for (const { file, bytes } of entries.sort((a, b) => a.used - b.used)) {
    if (total <= limit * 0.9) break;
    await attempt(() => rm(file, { force: true }));
    total -= bytes;
  }
  return total;
}

/** A cache that can't be read or written is one that holds nothing. */
async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
