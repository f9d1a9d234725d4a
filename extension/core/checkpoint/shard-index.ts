import { CheckpointError } from './checkpoint-error';
import { quote, scanJson } from './json-scanner';
import type { SafetensorsHeader } from './safetensors-header';
import { requireShardName } from './shard-name';

/** `model.safetensors.index.json`: which shard holds which tensor. */
export interface ShardIndex {
  /** Plain file names, sorted. */
  readonly shards: readonly string[];
  /** Tensor name -> shard, in the order of the file. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** `metadata.total_size` in bytes; undefined when there is none, NaN when it is not a size. */
  readonly totalSize: number | undefined;
}

/** The largest known index holds 60 MB for 497,000 tensors. */
export const INDEX_LIMIT = 256_000_000;
const INDEX_TENSOR_LIMIT = 2_000_000;

/**
 * Parses a shard index; `file` is its name, for messages. Throws CheckpointError on JSON that is not strict,
 * tensors named twice, and shard names that are anything but a safetensors file beside the index.
 */
export function parseShardIndex(bytes: Uint8Array, file: string): ShardIndex {
  const scanner = scanJson(bytes, { where: file });
  const shardOf = new Map<string, string>();
  const shards = new Set<string>();
  let totalSize: number | undefined;
  scanner.object((key) => {
    if (key === 'metadata' && scanner.peek() === 'object') {
      scanner.object((name) => {
        if (name === 'total_size') totalSize = asSize(scanner.value());
        else scanner.skip();
      });
    } else if (key === 'weight_map') {
      scanner.object((name) => {
        const shard = scanner.string();
        if (!shards.has(shard)) {
          requireShardName(shard, file);
          shards.add(shard);
        }
        shardOf.set(name, shard);
        if (shardOf.size > INDEX_TENSOR_LIMIT) {
          throw new CheckpointError('too-many-tensors', `${file}: more than ${INDEX_TENSOR_LIMIT} tensors`);
        }
      });
    } else scanner.skip();
  });
  scanner.end();
  if (shardOf.size === 0) {
    throw new CheckpointError(
      'missing-key',
      `${file}: expected a "weight_map" from tensor names to shards, found none`,
    );
  }
  refuseSameButCase(shards, file);
  return { shards: [...shards].sort(), shardOf, totalSize };
}

function asSize(value: unknown): number {
  // Some writers put a float here (14483464192.0); JSON says that is the same number.
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : NaN;
}

function refuseSameButCase(shards: ReadonlySet<string>, file: string): void {
  const lower = new Map<string, string>();
  for (const shard of shards) {
    const other = lower.get(shard.toLowerCase());
    if (other !== undefined) {
      throw new CheckpointError(
        'bad-shard-name',
        `${file}: the shards ${quote(other)} and ${quote(shard)} are one file on Windows and macOS; rename one of them`,
      );
    }
    lower.set(shard.toLowerCase(), shard);
  }
}

/**
 * Compares the index with the headers of all its shards, and returns warnings: things a loader gets over.
 * Throws CheckpointError when a tensor is missing, lies in another shard than the index says, or is in a
 * shard without being indexed: loaders would then see another model than the one checked.
 */
export function checkShardIndex(
  index: ShardIndex,
  headers: ReadonlyMap<string, SafetensorsHeader>,
  file: string,
): readonly string[] {
  let bytes = 0;
  let found = 0;
  for (const [shard, header] of headers) {
    for (const tensor of header.tensors) {
      const indexed = index.shardOf.get(tensor.name);
      if (indexed === undefined) {
        throw new CheckpointError(
          'unindexed-tensor',
          `${shard}: tensor ${quote(tensor.name)} is not in ${file}; the two belong to different checkpoints, fetch both again`,
        );
      }
      if (indexed !== shard) {
        throw new CheckpointError(
          'wrong-shard',
          `${shard}: tensor ${quote(tensor.name)} is in ${indexed} by ${file}; the two belong to different checkpoints, fetch both again`,
        );
      }
      found++;
      bytes += tensor.bytes;
    }
  }
  if (found !== index.shardOf.size) refuseMissingTensor(index, headers, file);
  return [...totalSizeWarnings(index, bytes, file), ...seriesWarnings(index, file)];
}

function refuseMissingTensor(index: ShardIndex, headers: ReadonlyMap<string, SafetensorsHeader>, file: string): void {
  const present = new Set([...headers.values()].flatMap(({ tensors }) => tensors.map(({ name }) => name)));
  for (const [name, shard] of index.shardOf) {
    if (present.has(name)) continue;
    throw new CheckpointError(
      'missing-tensor',
      `${shard}: expected tensor ${quote(name)}, which ${file} says it holds; fetch the shard again`,
    );
  }
}

function totalSizeWarnings({ totalSize }: ShardIndex, bytes: number, file: string): readonly string[] {
  if (totalSize === undefined || totalSize === bytes) return [];
  const said = Number.isNaN(totalSize) ? 'not a number of bytes' : `${totalSize}`;
  return [
    `${file}: total_size is ${said}, but the tensors take ${bytes} bytes; loaders that plan memory by it go wrong`,
  ];
}

/** `model-00002-of-00003.safetensors` missing from the index means that its tensors are known to nobody. */
function seriesWarnings({ shards }: ShardIndex, file: string): readonly string[] {
  const numbers = shards.map((shard) => /-(\d{5,6})-of-(\d{5,6})\.safetensors$/.exec(shard));
  const count = Number(numbers[0]?.[2]);
  if (!(count > shards.length) || numbers.some((match) => Number(match?.[2]) !== count)) return [];
  return [`${file}: names ${shards.length} of ${count} shards; the tensors of the others are missing from the model`];
}

/** Text of the index of a written checkpoint, keys sorted as Hugging Face writers do. */
export function encodeShardIndex(
  tensors: readonly { readonly name: string; readonly file: string; readonly bytes: number }[],
): string {
  const totalSize = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  // Not through an object: it would put names that look like numbers first.
  const lines = [...tensors]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, file }) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
  return `{\n  "metadata": {\n    "total_size": ${totalSize}\n  },\n  "weight_map": {\n${lines.join(',\n')}\n  }\n}\n`;
}
