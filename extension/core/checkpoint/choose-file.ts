import type { Checkpoint } from './checkpoint';
import { CheckpointError } from './checkpoint-error';
import { ggufModel, isGgufFile } from './gguf/split';
import { pickleError } from './shard-name';

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

export function isIndexFile(file: string): boolean {
  return file.endsWith('.safetensors.index.json');
}

/**
 * The file that a checkpoint is opened by: `file` when the user chose one, else the index, `model.safetensors`,
 * the only index or safetensors file, or the only GGUF model (its first part when it is split). Throws CheckpointError when there is none, more than one, or another format.
 */
export function chooseFile(folder: string, names: readonly string[], file?: string): string {
  if (file !== undefined) {
    refuseOtherFormats(file);
    return file;
  }
  for (const usual of [INDEX, SINGLE]) if (names.includes(usual)) return usual;
  for (const matches of [isIndexFile, isWeightFile]) {
    const found = names.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw severalFiles(folder, found.sort());
  }
  const models = ggufModels(names);
  if (models.length === 1) return models[0]!;
  if (models.length > 1) throw severalGgufs(folder, models);
  // Only now: training_args.bin and the like lie beside weights of any format.
  for (const name of names) if (isPickle(name)) throw pickleError(`${folder}/${name}`);
  throw new CheckpointError(
    'no-checkpoint',
    `${folder}: expected ${SINGLE}, ${INDEX} or a .gguf file, found none; is this the checkpoint's folder?`,
  );
}

/** Files that a checkpoint of the folder may be opened by, where `chooseFile` finds several: one a model. */
export function candidateFiles(names: readonly string[]): readonly string[] {
  const found = [names.filter(isIndexFile), names.filter(isWeightFile), ggufModels(names)];
  return (found.find(({ length }) => length > 1) ?? []).toSorted();
}

/** Of each GGUF model its file, of a split one the first part. */
function ggufModels(names: readonly string[]): readonly string[] {
  const ggufs = names.filter((name) => isGgufFile(name) && !isCompanion(name)).sort();
  return ggufs.filter((name, at) => ggufs.findIndex((other) => ggufModel(other) === ggufModel(name)) === at);
}

function isWeightFile(file: string): boolean {
  return file.endsWith('.safetensors');
}

function isPickle(file: string): boolean {
  return /\.(bin|pt|pth|pkl|ckpt)(\.index\.json)?$/i.test(file);
}

/** GGUF files that lie beside models: projectors of images, importance matrices. */
function isCompanion(file: string): boolean {
  return /mmproj|imatrix/i.test(file);
}

function refuseOtherFormats(file: string): void {
  if (isIndexFile(file) || isWeightFile(file) || isGgufFile(file)) return;
  if (isPickle(file)) throw pickleError(file);
  throw new CheckpointError(
    'not-a-checkpoint',
    `${file}: expected a folder, a .safetensors or .gguf file, or a .safetensors.index.json`,
  );
}

function severalGgufs(folder: string, found: readonly string[]): CheckpointError {
  const shown = found.slice(0, 3).join(', ') + (found.length > 3 ? ` and ${found.length - 3} more` : '');
  return new CheckpointError('several-files', `${folder}: found ${shown}; name one of the files as the checkpoint`);
}

function severalFiles(folder: string, found: readonly string[]): CheckpointError {
  const shown = found.slice(0, 3).join(', ') + (found.length > 3 ? ` and ${found.length - 3} more` : '');
  const series = found.some((name) => /-\d+-of-\d+\.safetensors$/.test(name));
  const what = series
    ? `these are shards, but ${INDEX}, which says what is where, is missing; fetch it`
    : `add ${INDEX}, or name one of the files as the checkpoint`;
  return new CheckpointError('several-files', `${folder}: found ${shown}; ${what}`);
}

/** Files that look as if they belonged to the checkpoint but are not part of what was opened. */
export function leftOutWarnings(names: readonly string[], checkpoint: Checkpoint): readonly string[] {
  if (checkpoint.container !== undefined) return [];
  const opened = new Set(checkpoint.files.map(({ file }) => file));
  const first = checkpoint.files[0]?.file ?? '';
  const series = /^(.*)-\d+-of-(\d+)\.safetensors$/.exec(first);
  if (checkpoint.index === undefined) {
    if (!series || Number(series[2]) <= 1) return [];
    return [`${first}: is one of ${Number(series[2])} shards; the tensors of the others are not shown`];
  }
  const stray = names.filter((name) => !opened.has(name) && belongs(name, series?.[1]));
  return stray.map((name) => {
    const note = name === SINGLE ? `; transformers loads it rather than ${checkpoint.index ?? ''}` : '';
    return `${name}: lies in the folder, but ${checkpoint.index ?? ''} does not name it${note}; its tensors are not shown`;
  });
}

function belongs(name: string, stem: string | undefined): boolean {
  if (name === SINGLE) return true;
  const match = /^(.*)-\d+-of-\d+\.safetensors$/.exec(name);
  return match !== null && match[1] === stem;
}
