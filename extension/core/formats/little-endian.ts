/** Numbers of `size` bytes one after another, written by `write`. */
export function littleEndian(
  values: readonly number[],
  size: number,
  write: (view: DataView, at: number, value: number) => void,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => write(view, at * size, value));
  return bytes;
}
