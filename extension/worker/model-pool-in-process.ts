import { Cancelled } from '../core/cancelled';
import type { ModelSession } from '../kernels/model-session';
import type { ModelPool } from './model-protocol';

/** Milliseconds of computing between two turns of the event loop. */
const SLICE = 30;

/** A pool that computes in the calling thread, in slices: for tests, and for hosts that have no workers. */
export function createInProcessModelPool(session: ModelSession): ModelPool {
  let disposed = false;
  // One after the other: weights and windows share the session's memory.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    size: 1,
    load(name, shape, values, use) {
      const loaded = turn.then(() => {
        if (disposed) throw new Cancelled();
        session.load(name, shape, values, use);
      });
      turn = loaded.catch(() => undefined);
      return loaded;
    },
    score(tokens, first, baseStates) {
      const scored = turn.then(async () => {
        const work = session.score(tokens, first, baseStates);
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
