const f = Math.fround;

/** Twice the values of E2M1, by code: integers, so that ggml's MXFP4 and NVFP4 halve the scale instead. */
export const E2M1_DOUBLED = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

/** The code of least float32 error under a halved scale; of equals the first, so that ties go to the smaller. */
export function e2m1Code(value: number, halfScale: number): number {
  let best = 0;
  let least = Infinity;
  E2M1_DOUBLED.forEach((doubled, code) => {
    const error = Math.abs(f(f(doubled * halfScale) - value));
    if (error < least) {
      best = code;
      least = error;
    }
  });
  return best;
}
