import { STATISTICS_FILE } from '../checkpoint/stored-statistics';

/** Weight files of any tool: never copied beside the ones that are written. */
const WEIGHTS = /\.(safetensors|safetensors\.index\.json|bin|bin\.index\.json|pt|pth|ckpt|gguf|h5|msgpack|onnx|npz)$/i;

/** Written anew, or about the source's own values. */
const OWN: ReadonlySet<string> = new Set(['config.json', 'downcast.json', STATISTICS_FILE]);

/** Files a checkpoint carries beside its weights that belong to the written one too: tokenizer, licence, template. */
export function isSidecar(file: string): boolean {
  return !file.startsWith('.') && !WEIGHTS.test(file) && !OWN.has(file);
}
