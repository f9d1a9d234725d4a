import { expect, test } from 'vitest';
import { APPROXIMATIONS, buffersOf, worstErrors } from './approximations';
import { BUILDS, modelModule } from './model-kernels';

/** Inputs at a time, and the distance of their bits: over a thousand of each exponent. `check:exp` takes all. */
const COUNT = 16_384;
const STEP = 4999;

const builds = BUILDS.map((build) => ({ build, buffers: buffersOf(modelModule(build), COUNT) }));

test.each(APPROXIMATIONS.flatMap((of) => builds.map((build) => ({ ...of, of, ...build }))))(
  '$name of the $build build is off by less than its sources say',
  ({ of, buffers }) => {
    for (const [first, last] of of.inputs) {
      for (let at = first; at <= last; at += COUNT * STEP) {
        const count = Math.min(COUNT, Math.floor((last - at) / STEP) + 1);
        for (const { error, x } of worstErrors(of, [buffers], at, STEP, count)) {
          if (!(error < of.bound)) expect({ x, error }).toEqual({ x, error: `below ${of.bound}` });
        }
      }
    }
  },
);

test.each(builds)(
  'the ends of exp in the $build build: 0, infinity, NaN whatever its bits',
  ({ buffers: { wasm, at } }) => {
    const x = new Float32Array(wasm.memory.buffer, at, 8);
    x.set([-Infinity, -104, 0, -0, 88.73, Infinity, 0, 0]);
    new Uint32Array(x.buffer, at, 8).set([0x7f80_0001, 0xffff_ffff], 6);
    wasm.exponentials(at, 8);
    expect([...x]).toEqual([0, 0, 1, 1, Infinity, Infinity, NaN, NaN]);
  },
);
