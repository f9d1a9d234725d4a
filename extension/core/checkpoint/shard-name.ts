import { CheckpointError } from './checkpoint-error';
import { quote } from './json-scanner';

/** Names that Windows gives to devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(\.|$)/i;
const FORBIDDEN = /[\u0000-\u001f\u007f<>"|?*]/;
const NAME_LIMIT = 255;

/**
 * What is wrong with a file name out of an untrusted file, undefined when nothing is. Every name is read as
 * Windows would, on every system: an index checked on Linux may be loaded on Windows.
 */
export function fileNameProblem(name: string): string | undefined {
  if (name === '' || name.length > NAME_LIMIT)
    return `it is ${name === '' ? 'empty' : `over ${NAME_LIMIT} characters`}`;
  if (/[/\\]/.test(name)) return 'it leads to another folder';
  if (name.includes(':')) return 'it names a drive, a URL or a stream';
  if (/^\.+$/.test(name)) return 'it is a folder';
  if (FORBIDDEN.test(name)) return 'it holds a character that file names can not have on Windows';
  if (/[. ]$/.test(name)) return 'it ends in a dot or space, which Windows drops';
  if (DEVICE.test(name)) return 'it is a device on Windows';
  return undefined;
}

/** Throws CheckpointError `pickle` or `bad-shard-name` unless `name` is a plain file name of a safetensors file. */
export function requireShardName(name: string, index: string): void {
  if (/\.(bin|pt|pth|pkl|ckpt)$/i.test(name) && fileNameProblem(name) === undefined) throw pickleError(index);
  const problem =
    fileNameProblem(name) ??
    escapeProblem(name) ??
    (/.\.safetensors$/.test(name) ? undefined : 'it does not end in .safetensors');
  if (problem === undefined) return;
  throw new CheckpointError(
    'bad-shard-name',
    `${index}: the shard name ${quote(name)} is refused: ${problem}; expected a plain name such as model-00001-of-00002.safetensors`,
  );
}

/** A loader that takes the name for a URL would read `%2e%2e%2f` as the folder above. */
function escapeProblem(name: string): string | undefined {
  return /%[0-9a-f]{2}/i.test(name) ? 'it holds a percent escape' : undefined;
}

/** Pickle files run code when they are loaded, so they are never read. */
export function pickleError(file: string): CheckpointError {
  return new CheckpointError(
    'pickle',
    `${file}: holds Python pickles (.bin, .pt, .pth), which can run code when they are read, so they are refused; save the model as safetensors: model.save_pretrained(folder, safe_serialization=True)`,
  );
}
