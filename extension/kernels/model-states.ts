import type { ModelGraph } from '../core/model/graph';

/** First row of the block that holds position `first`: base states are kept from there on. */
export function firstRow(first: number): number {
  return first - (first % 8);
}

/** How many floats the base states of a window of so many tokens take. */
export function baseStateCount({ hidden }: Pick<ModelGraph, 'hidden'>, tokens: number, first: number): number {
  return Math.max(0, tokens - 1 - firstRow(first)) * hidden;
}

/** Figures of a window, and what the base's part of them came from. */
export interface ScoredWindow {
  /**
   * SCORE_FIELDS for every scored position: those from `first` to the last but one, each predicting the token behind.
   */
  readonly scores: Float64Array<ArrayBuffer>;
  /**
   * The residual stream behind the base's last norm, row-major: `baseStateCount` floats that spare the base when the
   * same window is scored again. Undefined unless asked for.
   */
  readonly baseStates: Float32Array<ArrayBuffer> | undefined;
  /** Of the base, those that were asked for. */
  readonly streams?: readonly BaseStream[];
}

/** The residual stream of a whole window before a layer: where base and cast are the same up to it, the cast's too. */
export interface BaseStream {
  readonly layer: number;
  /** Row-major [tokens, hidden]. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** Base states of an earlier scoring of the window, or the wish to have them. */
export type BaseStates = Float32Array<ArrayBuffer> | 'return' | undefined;
