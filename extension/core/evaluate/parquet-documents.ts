import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from '../checkpoint/byte-source';

const COLUMN = 'text';

/** The `text` column of a parquet file, only that column being read. Rejects when there is none. */
export async function parquetDocuments(source: ByteSource, signal?: AbortSignal): Promise<readonly string[]> {
  const file = {
    byteLength: source.size,
    slice: async (start: number, end = source.size) => (await source.read(start, end - start, signal)).buffer,
  };
  const metadata = await understood(source.name, () => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!columns.includes(COLUMN)) {
    throw new Error(`${source.name}: has no column "${COLUMN}"; its columns are ${columns.join(', ')}`);
  }
  const rows = await understood(source.name, () =>
    parquetReadObjects({ file, metadata, columns: [COLUMN], compressors }),
  );
  return rows.map((row, at) => {
    const text: unknown = row[COLUMN];
    if (typeof text === 'string') return text;
    throw new Error(`${source.name}: row ${at + 1} of the column "${COLUMN}" is no string`);
  });
}

async function understood<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`${name}: can't be read as parquet: ${(error as Error).message}`, { cause: error });
  }
}
