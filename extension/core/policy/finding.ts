import type { TextRange } from './range';

/** Stable codes of findings; each has a page in docs/rules/ of the same name. */
export type FindingCode =
  | 'syntax'
  | 'too-large'
  | 'unknown-key'
  | 'unknown-dtype'
  | 'alias-dtype'
  | 'bad-value'
  | 'bad-pattern'
  | 'duplicate-key'
  | 'missing-key'
  | 'extends'
  | 'no-match'
  | 'layers-out-of-range'
  | 'shadowed'
  | 'indivisible'
  | 'fused-differ'
  | 'tied'
  | 'fragile'
  | 'requantize'
  | 'partial-name'
  | 'experts-missed'
  | 'redundant'
  | 'unreachable-default'
  | 'target-cannot'
  | 'tp-align'
  | 'contradictory'
  | 'values'
  | 'over-budget'
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

/** Names carried by one finding at most. */
export const TENSORS_SHOWN = 10;

/** A finding with the parts most have none of left out. */
export function finding(
  code: FindingCode,
  severity: Severity,
  range: TextRange,
  message: string,
  more: { readonly tensors?: readonly string[]; readonly fixes?: readonly Fix[] } = {},
): Finding {
  return {
    code,
    severity,
    message,
    range,
    tensors: (more.tensors ?? []).slice(0, TENSORS_SHOWN),
    fixes: more.fixes ?? [],
  };
}

/** The commonest fix: one place gets another text. */
export function replacement(title: string, range: TextRange, text: string, preferred: boolean): Fix {
  return { title, edits: [{ range, text }], preferred };
}
