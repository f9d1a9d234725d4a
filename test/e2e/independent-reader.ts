/** A tensor as it lies in a file. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Buffer;
}

/**
 * Reads a safetensors file in the plainest way, sharing no code with the extension: a length, a JSON object, bytes.
 * It trusts its input, which the extension's own reader must not.
 */
export function readSafetensors(file: Buffer): ReadonlyMap<string, StoredTensor> {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [begin, end],
          },
        ]) => {
          return [name, { dtype, shape, bytes: file.subarray(start + begin, start + end) }];
        },
      ),
  );
}
