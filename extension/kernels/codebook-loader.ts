import type { Codebook } from '../core/formats/codebooks/codebook';
import type { CastExports } from './cast-abi';
import { bucketTables, type BucketTables } from './codebook-tables';

/** Makes a codebook the one in use, unless it is. */
export function codebookLoader(kernels: CastExports, codebook: Codebook): () => void {
  const tables = bucketTables(codebook);
  let loaded: number | undefined;
  return () => {
    if (loaded !== kernels.currentCodebook()) loaded = load(kernels, codebook, tables);
  };
}

/** Number of the codebook once it is in use. */
function load(kernels: CastExports, codebook: Codebook, tables: BucketTables | undefined): number {
  const { codes, order, bounds, largest, overflow } = codebook;
  const [, ...levels] = tables?.rows ?? [];
  order.forEach((code, place) => kernels.codebookPlace(place, code, bounds[place] ?? Infinity));
  codes.forEach((value, code) => kernels.codebookCode(code, value));
  tables?.rows.forEach((row, level) => row.forEach((value, bucket) => kernels.codebookBucket(level, bucket, value)));
  [tables?.factor ?? 1, ...overflow, largest].forEach((value, which) => kernels.codebookNumber(which, value));
  return kernels.beginCodebook(order.length, levels.length, codes.length);
}
