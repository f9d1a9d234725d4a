/** Copies rows of `x` [any, columns] to `y` [count, columns]; `ids`: int32, which. */
export function gatherRows(x: usize, ids: usize, count: i32, columns: i32, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let i = 0; i < count; i++) {
    memory.copy(y, x + <usize>load<i32>(ids) * bytes, bytes);
    ids += 4;
    y += bytes;
  }
}

/** Adds row i of `x` [count, columns], times weights[i], to row ids[i] of `y`. */
export function addRows(x: usize, ids: usize, weights: usize, count: i32, columns: i32, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let i = 0; i < count; i++) {
    const weight = load<f32>(weights);
    const factors = f32x4.splat(weight);
    const to = y + <usize>load<i32>(ids) * bytes;
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(factors, v128.load(x + at))));
    }
    for (; column < columns; column++) {
      const at = (<usize>column) << 2;
      store<f32>(to + at, load<f32>(to + at) + weight * load<f32>(x + at));
    }
    ids += 4;
    weights += 4;
    x += bytes;
  }
}
