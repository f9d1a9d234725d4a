import { floats } from './model-weights';

/**
 * Room for values, taken again and again: workers that were sent shared memory keep it until they next collect
 * garbage, which they do seldom.
 */
export interface Rooms {
  /** Room for so many values; what it holds is not defined. */
  take(count: number): Float32Array;
  /** For what `take` gave; of other values nothing is done. */
  giveBack(values: Float32Array): void;
}

/** `usual`: most values that are usually asked for at a time. */
export function createRooms(usual: number): Rooms {
  const free: Float32Array[] = [];
  const taken = new Map<ArrayBufferLike, Float32Array>();
  return {
    take(count) {
      const at = free.findIndex(({ length }) => length >= count);
      const room = at < 0 ? floats(Math.max(usual, count)) : free.splice(at, 1)[0]!;
      taken.set(room.buffer, room);
      return room.subarray(0, count);
    },
    giveBack({ buffer }) {
      const room = taken.get(buffer);
      if (room && taken.delete(buffer)) free.push(room);
    },
  };
}
