/**
 * Long work is an async generator of progress events whose return value is the result; the command line
 * draws a bar from it, the editor a progress item, the dashboard a live figure.
 */
export interface Progress {
  /** What is being done, in the present: `casting`, `evaluating base`. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'tokens' | 'windows' | 'tensors';
  /** What is at hand: a tensor's name, a running figure. */
  readonly detail: string;
}

export { Cancelled } from '../core/cancelled';
