import { URI, Utils } from 'vscode-uri';
import type { LinkedCheckpoint } from './analysis';

type OpenCheckpoint = Extract<LinkedCheckpoint, { kind: 'open' }>;

/** URI of a file in the folder of an opened checkpoint. */
export function fileOfCheckpoint({ uri }: Pick<OpenCheckpoint, 'uri'>, file: string): string {
  return Utils.joinPath(folderOfCheckpoint(uri), file).toString();
}

/** The folder, also where a policy names a file in it. */
function folderOfCheckpoint(uri: string): URI {
  const parsed = URI.parse(uri);
  return /\.(safetensors|json|gguf)$/.test(parsed.path) ? Utils.dirname(parsed) : parsed;
}

/** Texts that say what is in a checkpoint, those that are there: its shard index, then its `config.json`. */
export function textsOfCheckpoint(linked: OpenCheckpoint): readonly { readonly uri: string; readonly what: string }[] {
  const { index, config, container } = linked.checkpoint;
  return [
    ...(index === undefined ? [] : [{ uri: fileOfCheckpoint(linked, index), what: 'Which file holds which tensor' }]),
    // A GGUF model's config is in its file.
    ...(config === undefined || container !== undefined
      ? []
      : [{ uri: fileOfCheckpoint(linked, 'config.json'), what: 'Configuration of the model' }]),
  ];
}
