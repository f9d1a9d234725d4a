import { expect } from 'vitest';
import type { CastResult } from '../../extension/kernels/cast-kernels';

/** Bytes compared as buffers, which is fast on large ones; a NaN must be the same NaN only where it is stored. */
export function sameResult(actual: CastResult, expected: CastResult): void {
  const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
  const { encoded } = expected;
  expect(hex(actual.encoded.scales)).toBe(hex(encoded.scales));
  expect(hex(actual.encoded.codes)).toBe(hex(encoded.codes));
  expect([...(actual.encoded.more?.keys() ?? [])]).toEqual([...(encoded.more?.keys() ?? [])]);
  for (const [role, bytes] of encoded.more ?? []) expect(hex(actual.encoded.more!.get(role))).toBe(hex(bytes));
  expect([actual.encoded.saturated, actual.encoded.flushed]).toEqual([encoded.saturated, encoded.flushed]);
  expect([actual.nan, actual.infinite]).toEqual([expected.nan, expected.infinite]);
  expect(actual.errors).toEqual(expected.errors);
  const differs = expected.decoded?.findIndex((value, at) => !Object.is(value, actual.decoded![at])) ?? -1;
  expect(differs).toBe(-1);
}
