import { Cancelled } from '../core/cancelled';
import type { ModelSession } from '../kernels/model-session';
import type { StreamedSession } from '../kernels/streamed-session';
import { held, streamed } from './model-manner';
import type { ModelPool } from './model-protocol';

/** Milliseconds of computing between two turns of the event loop. */
const SLICE = 30;

/** A pool that computes in the calling thread, in slices: for tests, and for hosts that have no workers. */
export function createInProcessModelPool(session: ModelSession | StreamedSession): ModelPool {
  let disposed = false;
  // One after the other: weights and windows share the session's memory.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => T): Promise<T> => {
    const done = turn.then(() => {
      if (disposed) throw new Cancelled();
      return work();
    });
    turn = done.catch(() => undefined);
    return done;
  };
  return {
    size: 1,
    load: (name, shape, values, use) => inTurn(() => session.load(name, shape, values, use)),
    begin: ([windows = []]) => inTurn(() => streamed(session).begin(windows)),
    pass: (rows) => inTurn(() => streamed(session).pass(rows)),
    finish: () => inTurn(() => [streamed(session).finish()]),
    score(tokens, first, baseStates) {
      const scored = turn.then(async () => {
        const work = held(session).score(tokens, first, baseStates);
        try {
          for (let since = performance.now(); ;) {
            if (disposed) throw new Cancelled();
            const next = work.next();
            if (next.done) return next.value;
            if (performance.now() - since < SLICE) continue;
            await new Promise((resolve) => setTimeout(resolve, 0));
            since = performance.now();
          }
        } finally {
          work.return({ scores: new Float64Array(0), baseStates: undefined });
        }
      });
      turn = scored.catch(() => undefined);
      return scored;
    },
    dispose() {
      disposed = true;
      return Promise.resolve();
    },
  };
}
