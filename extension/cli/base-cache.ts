import { homedir } from 'node:os';
import path from 'node:path';
import type { BaseCache } from '../core/evaluate/base-cache';
import { createDiskBaseCache } from '../files/disk-base-cache';

/** `--cache DIR`, or false for `--no-cache`, as commander gives them. */
export type CacheOption = string | false | undefined;

export const CACHE = [
  '--cache <dir>',
  "keep the base model's part of an evaluation here for the next one (default: the user's cache folder)",
] as const;
export const NO_CACHE = ['--no-cache', 'keep nothing, and use nothing that was kept'] as const;

/** Undefined with `--no-cache`. Default: `downcast/base` in $XDG_CACHE_HOME, else in ~/.cache. */
export function openBaseCache(option: CacheOption): BaseCache | undefined {
  if (option === false) return undefined;
  return createDiskBaseCache(option === undefined ? defaultFolder(process.env) : path.resolve(option));
}

function defaultFolder({ XDG_CACHE_HOME: home }: NodeJS.ProcessEnv): string {
  // A relative path is invalid there by the XDG Base Directory Specification.
  const caches = home && path.isAbsolute(home) ? home : path.join(homedir(), '.cache');
  return path.join(caches, 'downcast', 'base');
}
