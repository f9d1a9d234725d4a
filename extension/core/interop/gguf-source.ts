import type { Checkpoint } from '../checkpoint/checkpoint';
import { isGgmlDtype } from '../checkpoint/storage-dtype';
import type { Plan } from '../resolve/plan';

const PART = /^.*-(\d{5}-of-\d{5})\.gguf$/;

/** The safetensors file that the tensors of a weight file are written to: its own, of a GGUF file one named as loaders expect. */
export function writtenFile(file: string): string {
  if (!file.endsWith('.gguf')) return file;
  const part = PART.exec(file)?.[1];
  return part === undefined ? 'model.safetensors' : `model-${part}.safetensors`;
}

/** The shard index to write: the checkpoint's own; a GGUF model in several files gets one. */
export function writtenIndex({ index, container, files }: Pick<Checkpoint, 'index' | 'container' | 'files'>) {
  return container !== undefined && files.length > 1 ? 'model.safetensors.index.json' : index;
}

/** What stands in a written file's header beside its tensors. GGUF's metadata goes into config and tokenizer instead. */
export function writtenMetadata({ container, files }: Checkpoint, shard: string): ReadonlyMap<string, string> {
  if (container !== undefined) return new Map([['format', 'pt']]);
  return files.find(({ file }) => file === shard)?.metadata ?? new Map<string, string>();
}

/** Why a plan for a GGUF model can't be written as safetensors; undefined when it can. */
export function whyNotWritten({ container, config }: Pick<Checkpoint, 'container' | 'config'>, plan: Plan) {
  if (container === undefined) return undefined;
  if (container === 'gguf-unnamed') {
    const family = config?.model_type ?? 'unknown';
    return `the architecture ${family} is not known here, so its tensors would have names that no loader of safetensors looks for; apply the policy to the model's safetensors instead`;
  }
  const kept = plan.tensors.filter(({ tensor, treatment }) => treatment.kind === 'keep' && isGgmlDtype(tensor.dtype));
  if (kept.length === 0) return undefined;
  const [{ tensor }] = kept as [(typeof kept)[number]];
  const others = kept.length > 1 ? ` and ${kept.length - 1} more` : '';
  return `${tensor.name}${others}: stored in blocks of ${tensor.dtype}, which safetensors files can't hold, and the policy keeps them so; say what they become, for instance "default: bf16"`;
}
