import type { ByteSource, CheckpointFolder } from './byte-source';
import type { Checkpoint } from './checkpoint';
import { CheckpointError } from './checkpoint-error';
import { chooseFile, isIndexFile, leftOutWarnings } from './choose-file';
import { parseModelConfig } from './config';
import { openGguf } from './gguf/open';
import { isGgufFile } from './gguf/split';
import type { ModelConfig } from './model-config';
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors-header';
import { INDEX_LIMIT, checkShardIndex, parseShardIndex } from './shard-index';
import { STATISTICS_FILE, STATISTICS_LIMIT, parseStatistics, type StoredStatistics } from './stored-statistics';
import { buildTensorTree } from './tree';

const CONFIG = 'config.json';
const CONFIG_LIMIT = 16_000_000;
const HEADERS_AT_ONCE = 8;

/**
 * Opens a checkpoint: its index or its one weight file, `config.json` when there is one, and the headers of the
 * weight files, eight at once; never a weight. A GGUF model likewise (gguf/open.ts). `file` names the weight or index file when the user chose one.
 * Rejects with CheckpointError (or the folder's own error) saying what was expected and what to do.
 */
export async function openCheckpoint(
  folder: CheckpointFolder,
  file?: string,
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const names = await folder.list();
  const chosen = chooseFile(folder.name, names, file);
  const checkpoint = isGgufFile(chosen)
    ? await openGguf(folder, names, chosen, signal)
    : await openSafetensors(folder, names, chosen, signal);
  const name = file === undefined ? folder.name : `${folder.name}/${file}`;
  const warnings = [...leftOutWarnings(names, checkpoint), ...checkpoint.warnings];
  const statistics = names.includes(STATISTICS_FILE) ? await readStatistics(folder, checkpoint, signal) : undefined;
  const tree = statistics ? { ...checkpoint.tree, statistics } : checkpoint.tree;
  return { ...checkpoint, tree, name, warnings };
}

async function openSafetensors(
  folder: CheckpointFolder,
  names: readonly string[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const config = names.includes(CONFIG) ? await readConfig(folder, signal) : undefined;
  return isIndexFile(file)
    ? openSharded(folder, names, file, config, signal)
    : openSingle(folder, file, config, signal);
}

async function openSingle(
  folder: CheckpointFolder,
  file: string,
  config: ModelConfig | undefined,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const { header, size } = await readHeader(folder, file, signal);
  return {
    name: folder.name,
    tree: buildTensorTree(header.tensors, config),
    config,
    files: [{ file, size, metadata: header.metadata }],
    index: undefined,
    warnings: [],
  };
}

async function openSharded(
  folder: CheckpointFolder,
  names: readonly string[],
  file: string,
  config: ModelConfig | undefined,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const index = parseShardIndex(await readWhole(folder, file, INDEX_LIMIT, signal), file);
  const missing = index.shards.filter((shard) => !names.includes(shard));
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw new CheckpointError(
      'missing-shard',
      `${folder.name}: ${file} names ${missing.slice(0, 3).join(', ')}${more}, not found in the folder; fetch what is missing`,
    );
  }
  const opened = await mapLimited(index.shards, HEADERS_AT_ONCE, signal, (shard, stop) =>
    readHeader(folder, shard, stop),
  );
  const headers = new Map(opened.map(({ file: shard, header }) => [shard, header]));
  return {
    name: folder.name,
    warnings: checkShardIndex(index, headers, file),
    tree: buildTensorTree(
      [...headers.values()].flatMap(({ tensors }) => tensors),
      config,
    ),
    config,
    files: opened.map(({ file: shard, size, header: { metadata } }) => ({ file: shard, size, metadata })),
    index: file,
  };
}

interface OpenedHeader {
  readonly file: string;
  readonly size: number;
  readonly header: SafetensorsHeader;
}

async function readHeader(
  folder: CheckpointFolder,
  file: string,
  signal: AbortSignal | undefined,
): Promise<OpenedHeader> {
  return withSource(folder, file, async (source) => {
    return { file, size: source.size, header: await readSafetensorsHeader(source, signal, file) };
  });
}

/** Statistics that can't be read are no reason not to open the checkpoint. */
async function readStatistics(
  folder: CheckpointFolder,
  { files }: Checkpoint,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, StoredStatistics> | undefined> {
  try {
    return parseStatistics(await readText(folder, STATISTICS_FILE, STATISTICS_LIMIT, signal), files);
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

async function readConfig(folder: CheckpointFolder, signal: AbortSignal | undefined): Promise<ModelConfig> {
  return parseModelConfig(await readText(folder, CONFIG, CONFIG_LIMIT, signal), `${folder.name}/${CONFIG}`);
}

/**
 * Reads a small text file of a checkpoint (config, tokenizer) of at most `limit` bytes. Rejects with
 * CheckpointError `not-a-checkpoint` when it is larger, and on text that is not UTF-8.
 */
export async function readText(
  folder: CheckpointFolder,
  file: string,
  limit: number,
  signal?: AbortSignal,
): Promise<string> {
  const bytes = await readWhole(folder, file, limit, signal);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CheckpointError(
      'not-utf8',
      `${folder.name}/${file}: expected UTF-8; the file is damaged, fetch it again`,
    );
  }
}

async function readWhole(
  folder: CheckpointFolder,
  file: string,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  return withSource(folder, file, (source) => {
    if (source.size <= limit) return source.read(0, source.size, signal);
    const code = isIndexFile(file) ? 'index-too-large' : 'not-a-checkpoint';
    throw new CheckpointError(code, `${source.name}: holds ${source.size} bytes, expected at most ${limit}`);
  });
}

async function withSource<T>(
  folder: CheckpointFolder,
  file: string,
  use: (source: ByteSource) => T | Promise<T>,
): Promise<T> {
  const source = await folder.open(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** Results in the order of the items, at most `limit` under way; the first failure stops the others. */
async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  map: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      either.throwIfAborted();
      const at = next++;
      results[at] = await map(items[at]!, either);
    }
  };
  const lanes = Array.from({ length: Math.min(limit, items.length) }, lane);
  try {
    await Promise.all(lanes);
  } catch (error) {
    stop.abort(error);
    // Files are closed before the failure is told.
    await Promise.allSettled(lanes);
    throw error;
  }
  return results;
}
