/** Sign bits of lanes 1 and 3, then of lanes 2 and 3. */
const SIGNS = memory.data<u32>([0, 0x80000000, 0, 0x80000000, 0, 0, 0x80000000, 0x80000000]);

/**
 * Rotates runs of `size` columns of each row in place by the orthonormal Hadamard matrix; columns after the last
 * whole run stay. `size` is a power of two, `norm` 1 / sqrt(size) in float32. The steps are those of
 * core/formats/hadamard.ts in the same order: a difference there is here the sum with a changed sign, the same number.
 */
export function rotateRows(values: usize, rows: i32, columns: i32, size: i32, norm: f32): void {
  for (let row = 0; row < rows; row++) {
    for (let run = 0; run + size <= columns; run += size) rotateRun(values + ((run as usize) << 2), size, norm);
    values += (columns as usize) << 2;
  }
}

function rotateRun(at: usize, size: i32, norm: f32): void {
  const end = at + ((size as usize) << 2);
  if (size === 2) {
    const a = load<f32>(at);
    const b = load<f32>(at, 4);
    store<f32>(at, (a + b) * norm);
    store<f32>(at, (a - b) * norm, 4);
    return;
  }
  const odd = v128.load(SIGNS);
  const upper = v128.load(SIGNS, 16);
  for (let quad = at; quad < end; quad += 16) {
    const x = v128.load(quad);
    const y = f32x4.add(i32x4.shuffle(x, x, 0, 0, 2, 2), v128.xor(i32x4.shuffle(x, x, 1, 1, 3, 3), odd));
    v128.store(quad, f32x4.add(i32x4.shuffle(y, y, 0, 1, 0, 1), v128.xor(i32x4.shuffle(y, y, 2, 3, 2, 3), upper)));
  }
  for (let apart: usize = 16; at + apart < end; apart <<= 1) {
    for (let pair = at; pair < end; pair += apart << 1) {
      for (let low = pair; low < pair + apart; low += 16) {
        const a = v128.load(low);
        const b = v128.load(low + apart);
        v128.store(low, f32x4.add(a, b));
        v128.store(low + apart, f32x4.sub(a, b));
      }
    }
  }
  const lanes = f32x4.splat(norm);
  for (let quad = at; quad < end; quad += 16) v128.store(quad, f32x4.mul(v128.load(quad), lanes));
}
