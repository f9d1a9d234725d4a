import type { WindowScores } from '../core/evaluate/window-scores';
import type { Progress } from './progress';

/** What comes while windows are scored. */
export type ScoringEvent =
  /** How far the work is when no window is finished. */
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** The next window, in order. */
  | {
      readonly kind: 'scored';
      readonly scores: WindowScores;
      /** Whether the base's part came from the cache. */
      readonly cached: boolean;
    };
