/** Weight files of any tool: never copied beside the ones that are written. */
const WEIGHTS = /\.(safetensors|safetensors\.index\.json|bin|bin\.index\.json|pt|pth|ckpt|gguf|h5|msgpack|onnx|npz)$/i;

/** Files a checkpoint carries beside its weights that belong to the written one too: tokenizer, licence, template. */
export function isSidecar(file: string): boolean {
  return !file.startsWith('.') && !WEIGHTS.test(file) && file !== 'config.json' && file !== 'downcast.json';
}
