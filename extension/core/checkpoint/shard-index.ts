import { CheckpointError, type CheckpointProblem } from './checkpoint-error';
import { JsonError, scanJson, type JsonValue } from './json-scanner';
import type { TensorInfo } from './tensor';

/** `model.safetensors.index.json`: which shard holds which tensor. */
export interface ShardIndex {
  /** Tensor name to shard, in file order. */
  readonly weightMap: ReadonlyMap<string, string>;
  /** Shards in order of name. */
  readonly shards: readonly string[];
  /** `metadata.total_size` in bytes, when it is there and a whole number. */
  readonly totalSize: number | undefined;
}

/** Parses an index and validates its shard names. Throws CheckpointError naming file and tensor. */
export function parseShardIndex(text: string, file: string): ShardIndex {
  const fail = (problem: CheckpointProblem, message: string): never => {
    throw new CheckpointError(problem, `${file}: ${message}`);
  };
  let parsed: JsonValue = { kind: 'null' };
  try {
    parsed = scanJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    fail(error.duplicate ? 'duplicate-key' : 'bad-json', `not valid: ${error.message}`);
  }
  const map = parsed.kind === 'object' ? parsed.entries.get('weight_map') : undefined;
  if (parsed.kind !== 'object' || map?.kind !== 'object') {
    return fail('bad-entry', 'expected an object with a "weight_map" from tensor names to files');
  }
  const weightMap = new Map<string, string>();
  for (const [tensor, shard] of map.entries) {
    if (shard.kind !== 'string')
      return fail('bad-entry', `${tensor}: its shard must be a file name, found a ${shard.kind}`);
    const problem = shardNameProblem(shard.value);
    if (problem) fail('bad-shard-name', `${tensor}: shard ${JSON.stringify(shard.value)} ${problem}`);
    weightMap.set(tensor, shard.value);
  }
  if (weightMap.size === 0) fail('bad-entry', 'the "weight_map" is empty');
  const metadata = parsed.entries.get('metadata');
  const total = metadata?.kind === 'object' ? metadata.entries.get('total_size') : undefined;
  return {
    weightMap,
    shards: [...new Set(weightMap.values())].sort(),
    totalSize: total?.kind === 'number' && total.integer ? total.value : undefined,
  };
}

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Shards are plain file names on every system, so a checkpoint means the same files wherever it is opened. */
function shardNameProblem(name: string): string | undefined {
  if (!/\.safetensors$/.test(name)) return 'does not end in .safetensors';
  if (/[\\/]/.test(name)) return 'must be a file name, not a path';
  if (/[:*?"<>|\u0000-\u001f%]/.test(name)) return 'holds a character that a file name must not have';
  if (name.startsWith('.') || name.includes('..')) return 'must not start with a dot or hold ".."';
  if (RESERVED_ON_WINDOWS.test(name)) return 'is a reserved name on Windows';
  return undefined;
}

/**
 * Compares an index with what its shards really hold. Missing and unindexed tensors are errors (a loader would
 * drop them silently); a wrong `total_size` is a warning, because no loader reads it.
 */
export function checkShardIndex(index: ShardIndex, tensors: readonly TensorInfo[], file: string): readonly string[] {
  const held = new Map<string, string>();
  for (const tensor of tensors) {
    const before = held.get(tensor.name);
    if (before !== undefined) {
      throw new CheckpointError(
        'duplicate-key',
        `${tensor.name}: is in ${before} and again in ${tensor.file}; keep one`,
      );
    }
    held.set(tensor.name, tensor.file);
    const shard = index.weightMap.get(tensor.name);
    if (shard === undefined) {
      throw new CheckpointError(
        'unindexed-tensor',
        `${tensor.file}: ${tensor.name} is not in ${file}; loaders would ignore it, add it to the index`,
      );
    }
    if (shard !== tensor.file) {
      throw new CheckpointError('missing-tensor', `${tensor.name}: ${file} says ${shard}, but it is in ${tensor.file}`);
    }
  }
  for (const [tensor, shard] of index.weightMap) {
    if (!held.has(tensor)) {
      throw new CheckpointError(
        'missing-tensor',
        `${shard}: ${tensor} is missing, although ${file} says it is there; download the shard again`,
      );
    }
  }
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return index.totalSize === undefined || index.totalSize === bytes
    ? []
    : [`${file}: total_size says ${index.totalSize} bytes, the tensors have ${bytes}`];
}

/** Text of an index for stored tensors, in the layout of the Hugging Face libraries. */
export function encodeShardIndex(
  stored: readonly { readonly name: string; readonly file: string; readonly bytes: number }[],
): string {
  const totalSize = stored.reduce((sum, { bytes }) => sum + bytes, 0);
  const lines = stored.map(({ name, file }) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
  return `{\n  "metadata": {\n    "total_size": ${totalSize}\n  },\n  "weight_map": {\n${lines.join(',\n')}\n  }\n}\n`;
}
