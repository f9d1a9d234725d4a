import { mergeMoments, NO_MOMENTS, type Moments } from '../core/analysis/moments';
import { BINS } from '../core/analysis/value-bins';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { CastExports } from './cast-abi';
import type { CastMemory } from './cast-memory';

/** Bytes of what `profileValues` stores besides the bins. */
const RESULT = 56;

/** Values profiled at a time: the two passes over them stay in a core's cache. */
export const PROFILE_TILE = 4096;

/** Adds up what the kernel says of tile after tile. */
export interface ProfileSums {
  /** `values`: address of at most `PROFILE_TILE` float32. */
  add(values: number, count: number): void;
  finish(): ValueProfile;
}

/** Bytes of the kernel's buffers, which must keep their address from the first tile to the last. */
export const PROFILE_BYTES = BINS * 4 + RESULT;

export function profileSums(kernels: CastExports, memory: CastMemory, address: number): ProfileSums {
  const out = address + BINS * 4;
  memory.bytes(address, PROFILE_BYTES).fill(0);
  let moments: Moments = NO_MOMENTS;
  const total = { min: Infinity, max: -Infinity, nan: 0, infinite: 0, zeros: 0 };
  return {
    add(values, count) {
      kernels.profileValues(values, count, address, out);
      const view = memory.view(out, RESULT);
      const [mean, m2, m3, m4] = [0, 8, 16, 24].map((at) => view.getFloat64(at, true)) as [
        number,
        number,
        number,
        number,
      ];
      moments = mergeMoments(moments, { count: view.getUint32(32, true), mean, m2, m3, m4 });
      total.nan += view.getUint32(36, true);
      total.infinite += view.getUint32(40, true);
      total.zeros += view.getUint32(44, true);
      total.min = Math.min(total.min, view.getFloat32(48, true));
      total.max = Math.max(total.max, view.getFloat32(52, true));
    },
    finish() {
      const bins = new Uint32Array(BINS);
      new Uint8Array(bins.buffer).set(memory.bytes(address, BINS * 4));
      return { ...total, moments, bins };
    },
  };
}
