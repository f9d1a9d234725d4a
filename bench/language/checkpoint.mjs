import { createRequire } from 'node:module';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';

/**
 * Writes DeepSeek-V3 as the published checkpoint lies on disk, without its weights: an index and 163 files whose
 * headers are whole and whose 689 GB of data are holes. The test suite's generator knows the names and shapes.
 */
export async function writeCheckpoint(root, folder) {
  const { deepSeekV3Files, encodeSafetensorsHeader, encodeShardIndex } = await fromSources(root);
  const tensors = deepSeekV3Files();
  const shards = Map.groupBy
    ? Map.groupBy(tensors, ({ file }) => file)
    : tensors.reduce((map, each) => map.set(each.file, [...(map.get(each.file) ?? []), each]), new Map());
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, members] of shards) {
    const { bytes, fileSize } = encodeSafetensorsHeader(members, new Map([['format', 'pt']]));
    const handle = await open(path.join(folder, file), 'w');
    try {
      await handle.write(bytes);
      await handle.truncate(fileSize);
    } finally {
      await handle.close();
    }
  }
  await writeFile(path.join(folder, 'model.safetensors.index.json'), encodeShardIndex(tensors));
  return { tensors: tensors.length, files: shards.size };
}

async function fromSources(root) {
  const bundle = path.join(root, '.cache/bench/checkpoint.cjs');
  await esbuild.build({
    stdin: {
      contents: `export { deepSeekV3Files } from './test/generators/deepseek-v3';
        export { encodeSafetensorsHeader } from './extension/core/checkpoint/safetensors-header';
        export { encodeShardIndex } from './extension/core/checkpoint/shard-index';`,
      resolveDir: root,
    },
    bundle: true,
    outfile: bundle,
    format: 'cjs',
    platform: 'node',
  });
  return createRequire(import.meta.url)(bundle);
}
