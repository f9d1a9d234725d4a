import type { StorageDtype } from './storage-dtype';

/** How a file holds a tensor that it has under another name, or in another layout, than the model's own. */
export interface TensorOrigin {
  /** The file's own name of it. */
  readonly name: string;
  /** What is undone when it is read; nothing without it. */
  readonly undo?: Undo;
}

/**
 * What a conversion did to the values (docs/decisions/0006-gguf-names.md):
 * - paired-rows: the rows of each head stand in pairs, 0 and half, 1 and half + 1, ...; they go back into halves;
 * - grouped-heads: all queries, then all keys, then all values; they go back to standing head by head;
 * - plus-one: 1 was added to every element;
 * - transposed: [inputs, outputs] became [outputs, inputs], in `dtype`.
 */
export type Undo =
  | { readonly kind: 'paired-rows'; readonly headSize: number }
  | { readonly kind: 'grouped-heads'; readonly headSize: number }
  | { readonly kind: 'plus-one' }
  | { readonly kind: 'transposed'; readonly dtype: StorageDtype };
