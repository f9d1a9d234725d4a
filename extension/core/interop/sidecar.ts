import type { Checkpoint } from '../checkpoint/checkpoint';
import { STATISTICS_FILE } from '../checkpoint/stored-statistics';

/** Weight files of any tool: never copied beside the ones that are written. */
const WEIGHTS = /\.(safetensors|safetensors\.index\.json|bin|bin\.index\.json|pt|pth|ckpt|gguf|h5|msgpack|onnx|npz)$/i;

/** Written anew, or about the source's own values. */
const OWN: ReadonlySet<string> = new Set(['config.json', 'downcast.json', STATISTICS_FILE]);

const LICENCE = /^(licen[cs]e|notice|use_policy)(\.(md|txt))?$/i;

/** Files a checkpoint carries beside its weights that belong to the written one too: tokenizer, licence, template. */
export function isSidecar(file: string, container?: Checkpoint['container']): boolean {
  // A folder of GGUF files often holds several models, and what else there is may be of any of them.
  if (container !== undefined) return LICENCE.test(file);
  return !file.startsWith('.') && !WEIGHTS.test(file) && !OWN.has(file);
}
