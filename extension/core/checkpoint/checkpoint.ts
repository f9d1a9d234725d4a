import type { ModelConfig } from './model-config';
import type { TensorTree } from './tensor';

/** A checkpoint that was opened: headers only, no weights. */
export interface Checkpoint {
  /** Folder or file as the user named it. */
  readonly name: string;
  readonly tree: TensorTree;
  /** Parsed `config.json`, undefined when the folder has none; of a GGUF model what its metadata says. */
  readonly config: ModelConfig | undefined;
  /** Weight files in reading order with the size of each in bytes. */
  readonly files: readonly {
    readonly file: string;
    readonly size: number;
    readonly metadata: ReadonlyMap<string, string>;
  }[];
  /** Name of the shard index, when the checkpoint has one. */
  readonly index: string | undefined;
  /** Things worth telling the user that do not stop the reading (e.g. index total_size is wrong). */
  readonly warnings: readonly string[];
  /**
   * What the weights lie in, where it is not safetensors. Tensors have the names, shapes and values of the Hugging Face
   * checkpoint (docs/decisions/0006-gguf-names.md); `gguf-unnamed`: the file's own, the architecture is not known.
   */
  readonly container?: 'gguf' | 'gguf-unnamed';
}
