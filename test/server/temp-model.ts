import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSafetensors, type TensorContent } from '../fixtures/memory-folder';

/** A folder on disk with a checkpoint of a few tensors in `model/`. */
export interface TempModel {
  readonly folder: string;
  /** URI of a policy beside the checkpoint; the file itself need not exist. */
  readonly policy: string;
  /** URI of the weight file. */
  readonly weights: string;
  write(layers: number): Promise<void>;
  remove(): Promise<void>;
}

/** Bytes of a checkpoint with two matrices a layer. */
export function modelBytes(layers: number): Uint8Array {
  const matrix: TensorContent = { dtype: 'F32', shape: [4, 32], data: new Uint8Array(4 * 32 * 4) };
  const names = Array.from({ length: layers }, (_, layer) => [
    `model.layers.${layer}.mlp.up_proj.weight`,
    `model.layers.${layer}.mlp.down_proj.weight`,
  ]);
  return buildSafetensors(Object.fromEntries(names.flat().map((name) => [name, matrix])));
}

export async function tempModel(layers = 2): Promise<TempModel> {
  const folder = await mkdtemp(path.join(tmpdir(), 'downcast-server-'));
  const weights = path.join(folder, 'model', 'model.safetensors');
  await mkdir(path.dirname(weights));
  const write = (count: number): Promise<void> => writeFile(weights, modelBytes(count));
  await write(layers);
  return {
    folder,
    policy: pathToFileURL(path.join(folder, 'p.dtype.yaml')).toString(),
    weights: pathToFileURL(weights).toString(),
    write,
    remove: () => rm(folder, { recursive: true }),
  };
}
