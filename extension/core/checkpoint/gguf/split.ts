import { CheckpointError } from '../checkpoint-error';
import type { GgufHeader } from './header';

/** A name as `llama-gguf-split` gives it: `model-00001-of-00003.gguf`. */
const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;
const MOST_PARTS = 10_000;

export function isGgufFile(file: string): boolean {
  return /\.gguf$/i.test(file);
}

/** What all parts of a split model share of their names; the whole name of a file that is no part. */
export function ggufModel(file: string): string {
  const match = PART.exec(file);
  return match ? `${match[1]!}-of-${match[3]!}` : file;
}

/**
 * Names of all parts of the model that `file` is one of, in order: itself when it is whole. Throws CheckpointError
 * `missing-shard` when some are not among `names`.
 */
export function ggufParts(folder: string, names: readonly string[], file: string): readonly string[] {
  const match = PART.exec(file);
  if (!match) return [file];
  const [, stem = '', , count = ''] = match;
  const part = (at: number): string => `${stem}-${String(at + 1).padStart(5, '0')}-of-${count}.gguf`;
  const total = Number(count);
  if (total < 1 || total > MOST_PARTS) return [file];
  const parts = Array.from({ length: total }, (_, at) => part(at));
  const there = new Set(names);
  const missing = parts.filter((each) => !there.has(each));
  if (missing.length === 0) return parts;
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  throw new CheckpointError(
    'missing-shard',
    `${folder}: ${file} is one of ${total} parts; ${missing.slice(0, 3).join(', ')}${more} not found in the folder; fetch what is missing`,
  );
}

/** Throws CheckpointError `split` or `duplicate-key` unless the parts say of themselves what their names say. */
export function checkParts(parts: readonly { readonly file: string; readonly header: GgufHeader }[]): void {
  const refuse = (file: string, what: string): never => {
    throw new CheckpointError('split', `${file}: ${what}; fetch or split the model again`);
  };
  const owners = new Map<string, string>();
  for (const [at, { file, header }] of parts.entries()) {
    const count = header.metadata.get('split.count') ?? 1;
    const number = header.metadata.get('split.no') ?? 0;
    if (count !== parts.length && !(count === 0 && parts.length === 1)) {
      refuse(file, `says that the model has ${shown(count)} parts, expected ${parts.length} as its name says`);
    }
    if (number !== at) refuse(file, `says that it is part ${shown(number)} counted from 0, expected ${at}`);
    for (const { name } of header.tensors) {
      const owner = owners.get(name);
      if (owner !== undefined) {
        throw new CheckpointError('duplicate-key', `${file}: tensor "${name}" is in ${owner} too`);
      }
      owners.set(name, file);
    }
  }
  const first = parts[0]!;
  const total = first.header.metadata.get('split.tensors.count') ?? owners.size;
  if (total !== owners.size)
    refuse(first.file, `says that the model has ${shown(total)} tensors, found ${owners.size}`);
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : 'several';
}
