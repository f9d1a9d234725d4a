import type { TextRange } from './range';

/** Stable codes of findings; each has a page in docs/rules/ of the same name. */
export type FindingCode =
  | 'syntax'
  | 'unknown-key'
  | 'unknown-dtype'
  | 'alias-dtype'
  | 'bad-value'
  | 'bad-pattern'
  | 'duplicate-key'
  | 'missing-key'
  | 'no-match'
  | 'shadowed'
  | 'indivisible'
  | 'fused-differ'
  | 'fragile'
  | 'checkpoint';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** A change of the text that settles a finding, as a person would make it. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly range: TextRange; readonly text: string }[];
  /** The one to apply when the user asks for all fixes at once; at most one per finding. */
  readonly preferred: boolean;
}

/** Something to tell the author of a policy, where it stands in the text. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is wrong, where, what was expected and what to do: one or two sentences, no trailing newline. */
  readonly message: string;
  readonly range: TextRange;
  /** Tensors it is about, at most ten, for related information. */
  readonly tensors: readonly string[];
  readonly fixes: readonly Fix[];
}
