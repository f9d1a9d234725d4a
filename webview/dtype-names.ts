/** Storage dtypes under the names that policies give them. */
const FORMAT_OF_STORAGE: ReadonlyMap<string, string> = new Map([
  ['f32', 'fp32'],
  ['f16', 'fp16'],
  ['f8_e4m3', 'fp8_e4m3'],
  ['f8_e5m2', 'fp8_e5m2'],
]);

/** One name for one dtype, whether it was cast or stored so: `F32` and `fp32` are both `fp32`. */
export function dtypeName(dtype: string): string {
  const lower = dtype.toLowerCase();
  return FORMAT_OF_STORAGE.get(lower) ?? lower;
}

/** Short enough for a cell: `fp8_e4m3` is `e4m3`. */
export function shortDtype(dtype: string): string {
  return dtype.startsWith('fp8_') ? dtype.slice(4) : dtype;
}
