import { logits } from '../core/model/forward';
import type { ModelGraph } from '../core/model/graph';
import type { Activations } from '../core/model/ops';
import type { Pausing } from '../core/model/pausing';
import { SCORED_AT_ONCE, SCORE_FIELDS, scoreRows, type Pair } from './model-scores';
import { firstRow } from './model-states';
import type { BatchWindow } from './streamed-batch';
import type { StreamedModel } from './streamed-model';

/** What the head reads of each window of a batch, as BaseStates are. */
export interface EndStates {
  readonly base: readonly Float32Array[];
  readonly cast: readonly Float32Array[];
}

/** How often the head comes by for windows of so many positions, `headRows` of them at a time. */
export function headTimes(positions: number, headRows: number): number {
  return Math.ceil(positions / headRows);
}

/** Scores the windows of a batch: `scores` are filled when the work is done. */
export function streamedHead(
  graph: ModelGraph,
  base: StreamedModel,
  cast: StreamedModel,
  windows: readonly BatchWindow[],
  ends: EndStates,
  headRows: number,
): { readonly work: Pausing<void>; readonly scores: readonly Float64Array<ArrayBuffer>[] } {
  const { hidden } = graph;
  const scores = windows.map(
    ({ tokens, first }) => new Float64Array(Math.max(0, tokens.length - 1 - first) * SCORE_FIELDS),
  );
  const [baseStates, castStates] = [joined(ends.base), joined(ends.cast)];
  const counts = ends.base.map(({ length }) => length / hidden);
  const total = counts.reduce((sum, count) => sum + count, 0);

  /** Scores rows `start` to `stop` of all windows' states, which the logits are of. */
  const score = (pair: Pair, start: number, stop: number): void => {
    let before = 0;
    for (const [at, { tokens, first }] of windows.entries()) {
      const end = Math.min(stop, before + counts[at]!);
      const begin = firstRow(first);
      for (let row = Math.max(start, before); row < end; row += SCORED_AT_ONCE) {
        const rows = Math.min(SCORED_AT_ONCE, end - row);
        const position = begin + row - before;
        const scored = Math.max(first, position);
        if (scored >= position + rows) continue;
        const scratch = cast.kernels.mark();
        const ofBase = base.kernels.read(base.kernels.rows(pair.base, row - start, rows));
        const block = {
          base: cast.kernels.write(ofBase, rows, graph.vocabulary),
          cast: cast.kernels.rows(pair.cast, row - start, rows),
        };
        const targets = tokens.subarray(position + 1, position + 1 + rows);
        scoreRows(
          cast.kernels,
          block,
          scored - position,
          targets,
          scores[at]!.subarray((scored - first) * SCORE_FIELDS),
        );
        cast.kernels.release(scratch);
      }
      before += counts[at]!;
    }
  };

  const work = function* (): Pausing<void> {
    for (let start = 0; start < total; start += headRows) {
      const rows = Math.min(headRows, total - start);
      const marks = { base: base.kernels.mark(), cast: cast.kernels.mark() };
      const of = ({ kernels, pass }: StreamedModel, states: Float32Array): Pausing<Activations> => {
        const x = kernels.write(states.subarray(start * hidden, (start + rows) * hidden), rows, hidden);
        return logits(graph, pass, x);
      };
      const pair = yield* inStep(of(base, baseStates), of(cast, castStates));
      score(pair, start, start + rows);
      base.kernels.release(marks.base);
      cast.kernels.release(marks.cast);
    }
  };
  return { work: work(), scores };
}

/** Two passes that wait for the same matrices. */
function* inStep(base: Pausing<Activations>, cast: Pausing<Activations>): Pausing<Pair> {
  for (;;) {
    const [a, b] = [base.next(), cast.next()];
    if (a.done && b.done) return { base: a.value, cast: b.value };
    if (a.done || b.done || a.value !== b.value) throw new Error('base and cast do not wait for the same matrix');
    yield a.value;
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
