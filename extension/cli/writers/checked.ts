import type { Finding } from '../../core/policy/finding';
import type { OpenedPolicy } from '../open-policy';
import { sourcePositions, type SourcePosition } from '../source-position';

/** A policy that was checked, as the writers see it. */
export interface Checked {
  readonly file: string;
  readonly checkpoint: string | undefined;
  /** Tensors it was checked against; undefined without a checkpoint. */
  readonly tensors: number | undefined;
  /** In the order of the text. */
  readonly findings: readonly PlacedFinding[];
  /** Edits that --fix made. */
  readonly fixed: number;
}

export interface PlacedFinding extends Omit<Finding, 'range'> {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

export function checkedPolicy({ file, text, findings, opened }: OpenedPolicy, fixed: number): Checked {
  const position = sourcePositions(text);
  const ordered = [...findings].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  return {
    file,
    checkpoint: opened?.path,
    tensors: opened?.checkpoint.tree.tensors.length,
    findings: ordered.map(({ range, ...found }) => {
      return { ...found, start: position(range.start), end: position(range.end) };
    }),
    fixed,
  };
}

export function countOf(checked: readonly Checked[], severity: Finding['severity']): number {
  return checked.reduce((sum, { findings }) => sum + findings.filter((each) => each.severity === severity).length, 0);
}
