/** Adds a number to n float32 in place. */
export function addToValues(values: usize, n: i32, addend: f32): void {
  for (let i = 0; i < n; i++) {
    const at = values + ((i as usize) << 2);
    store<f32>(at, load<f32>(at) + addend);
  }
}
