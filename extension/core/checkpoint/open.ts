import type { ByteSource, CheckpointFolder } from './byte-source';
import type { Checkpoint } from './checkpoint';
import { CheckpointError } from './checkpoint-error';
import { parseModelConfig } from './config';
import type { ModelConfig } from './model-config';
import { readSafetensorsHeader } from './safetensors-header';
import { checkShardIndex, parseShardIndex } from './shard-index';
import { buildTensorTree } from './tree';

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';
const CONFIG = 'config.json';
/** An index of 497,000 tensors has 60 MB. */
const MAX_INDEX_BYTES = 256_000_000;
const MAX_CONFIG_BYTES = 16_000_000;
const HEADERS_AT_ONCE = 8;

/**
 * Opens a checkpoint: its index or its one weight file, `config.json` when there is one, and the headers of the
 * weight files; never a weight. `file` names the weight or index file when the user chose one. Throws
 * CheckpointError with what was expected and what to do.
 */
export async function openCheckpoint(
  folder: CheckpointFolder,
  file?: string,
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const names = await folder.list();
  const chosen = file ?? chooseFile(folder.name, names);
  refuseOtherFormats(chosen);
  const config = names.includes(CONFIG) ? await readConfig(folder, signal) : undefined;
  if (chosen.endsWith('.index.json')) return openSharded(folder, names, chosen, config, signal);
  const opened = await readHeader(folder, chosen, signal);
  return {
    name: folder.name,
    tree: buildTensorTree(opened.tensors, config),
    config,
    files: [{ file: chosen, size: opened.size, metadata: opened.metadata }],
    index: undefined,
    warnings: [],
  };
}

function chooseFile(folder: string, names: readonly string[]): string {
  if (names.includes(INDEX)) return INDEX;
  if (names.includes(SINGLE)) return SINGLE;
  const safetensors = names.filter((name) => name.endsWith('.safetensors'));
  if (safetensors.length === 1) return safetensors[0]!;
  if (safetensors.length > 1) {
    throw new CheckpointError(
      'missing-file',
      `${folder}: ${safetensors.length} .safetensors files but no ${INDEX} that says which tensors are where; download the index, or name one file as the checkpoint`,
    );
  }
  const other = names.find((name) => /\.(bin|pt|pth|ckpt|gguf)$/.test(name));
  if (other) return other;
  throw new CheckpointError(
    'missing-file',
    `${folder}: no ${SINGLE} and no ${INDEX} in this folder; is it the checkpoint's folder?`,
  );
}

function refuseOtherFormats(file: string): void {
  if (/\.(bin|pt|pth|ckpt)$/.test(file)) {
    throw new CheckpointError(
      'pickle',
      `${file}: a pickled PyTorch file can run any code when it is read, so Downcast never reads one; convert it to safetensors first`,
    );
  }
  if (file.endsWith('.gguf')) {
    throw new CheckpointError(
      'unsupported',
      `${file}: GGUF checkpoints can't be read yet; use the safetensors checkpoint it was made from`,
    );
  }
  if (!/\.safetensors(\.index\.json)?$/.test(file)) {
    throw new CheckpointError('unsupported', `${file}: expected a .safetensors file or a .safetensors.index.json`);
  }
}

async function openSharded(
  folder: CheckpointFolder,
  names: readonly string[],
  file: string,
  config: ModelConfig | undefined,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const index = parseShardIndex(await readText(folder, file, MAX_INDEX_BYTES, signal), file);
  const missing = index.shards.filter((shard) => !names.includes(shard));
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw new CheckpointError(
      'missing-file',
      `${folder.name}: ${file} names ${missing.slice(0, 3).join(', ')}${more}, which ${missing.length === 1 ? 'is' : 'are'} not here; download the rest`,
    );
  }
  const opened = await mapLimited(index.shards, HEADERS_AT_ONCE, (shard) => readHeader(folder, shard, signal));
  const tensors = opened.flatMap((shard) => shard.tensors);
  return {
    name: folder.name,
    tree: buildTensorTree(tensors, config),
    config,
    files: opened.map(({ file: shard, size, metadata }) => ({ file: shard, size, metadata })),
    index: file,
    warnings: checkShardIndex(index, tensors, file),
  };
}

async function readHeader(folder: CheckpointFolder, file: string, signal: AbortSignal | undefined) {
  return withSource(folder, file, async (source) => {
    const { tensors, metadata } = await readSafetensorsHeader(source, signal);
    return { file, size: source.size, metadata, tensors: tensors.map((tensor) => ({ ...tensor, file })) };
  });
}

async function readConfig(folder: CheckpointFolder, signal: AbortSignal | undefined): Promise<ModelConfig> {
  return parseModelConfig(await readText(folder, CONFIG, MAX_CONFIG_BYTES, signal), `${folder.name}/${CONFIG}`);
}

/** Reads a small text file of a checkpoint (config, tokenizer, index). Throws when it is larger than `limit` bytes. */
export async function readText(
  folder: CheckpointFolder,
  file: string,
  limit: number,
  signal?: AbortSignal,
): Promise<string> {
  return withSource(folder, file, async (source) => {
    if (source.size > limit)
      throw new CheckpointError('unsupported', `${source.name}: ${source.size} bytes, at most ${limit} are read`);
    return new TextDecoder().decode(await source.read(0, source.size, signal));
  });
}

async function withSource<T>(
  folder: CheckpointFolder,
  file: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await folder.open(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** Results in the order of the items, at most `limit` under way. */
async function mapLimited<T, R>(items: readonly T[], limit: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await map(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}
