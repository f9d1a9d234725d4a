import { Cancelled } from '../core/cancelled';
import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import type { ScoredWindow } from '../kernels/model-states';
import type { ModelPool, ModelRequest, ModelResponse, WeightManner } from './model-protocol';
import type { WorkerPort } from './protocol';

export interface ModelPoolOptions {
  readonly spawn: () => Promise<WorkerPort>;
  /** Workers, at least 1. */
  readonly size: number;
  /** Compiled model kernels. */
  readonly module: WebAssembly.Module;
  readonly graph: ModelGraph;
  /** Longest window in tokens. */
  readonly context: number;
  /** Of the cast model. */
  readonly rounding?: Rounding | undefined;
  /** What each worker will need of memory is taken at the start, so that a lack of it is noticed then. */
  readonly manner?: WeightManner;
}

type Work = ModelRequest extends infer R ? (R extends ModelRequest ? Omit<R, 'id'> : never) : never;

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  /** Rejects when the worker refuses, dies or is ended. */
  ask(work: Work, transfer: readonly ArrayBuffer[]): Promise<ModelResponse>;
  end(): Promise<void>;
}

/**
 * Workers that each hold the model and its cast. A worker that dies ends the evaluation with one message: its
 * weights are gone, and an out-of-memory would only repeat itself. When one can't be started, none is left running.
 */
export async function createModelPool(options: ModelPoolOptions): Promise<ModelPool> {
  const { module, graph, context, rounding, manner = { kind: 'held', bytes: 0 } } = options;
  const started = await Promise.allSettled(
    Array.from({ length: Math.max(1, options.size) }, async () => createMember(await options.spawn())),
  );
  const members = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const endAll = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.end()));
  };
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    await Promise.all(
      members.map((member) => member.ask({ kind: 'init', module, graph, context, rounding, manner }, [])),
    );
  } catch (error) {
    await endAll();
    throw error;
  }

  let disposed = false;
  const idle = [...members];
  const waiting: Waiting<Member>[] = [];
  const take = (): Promise<Member> => {
    if (disposed) return Promise.reject(new Cancelled());
    const member = idle.pop();
    return member ? Promise.resolve(member) : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const giveBack = (member: Member): void => {
    const next = waiting.shift();
    if (next) next.resolve(member);
    else idle.push(member);
  };

  return {
    size: members.length,
    async load(name, shape, values, use) {
      await Promise.all(
        members.map((member) => {
          const sent = sendable(values);
          const owned = sent.buffer instanceof ArrayBuffer ? [sent.buffer] : [];
          return member.ask({ kind: 'weight', name, shape, values: sent, use }, owned);
        }),
      );
    },
    async score(tokens, first, baseStates) {
      const member = await take();
      try {
        const response = await member.ask(
          { kind: 'window', tokens, first, baseStates },
          baseStates instanceof Float32Array ? [baseStates.buffer] : [],
        );
        return scored(response)[0]!;
      } finally {
        giveBack(member);
      }
    },
    async begin(windows) {
      await Promise.all(
        members.map((member, at) => {
          const own = windows[at] ?? [];
          const states = own.flatMap(({ baseStates, from }) => [
            ...(baseStates instanceof Float32Array ? [baseStates] : []),
            ...(from ? [from.values] : []),
          ]);
          return member.ask(
            { kind: 'begin', windows: own },
            states.map(({ buffer }) => buffer),
          );
        }),
      );
    },
    async pass(rows) {
      await Promise.all(
        members.map((member) => {
          const [base, cast] = [sendable(rows.base), sendable(rows.cast)];
          const owned = [base, cast].flatMap((values) =>
            values?.buffer instanceof ArrayBuffer ? [values.buffer] : [],
          );
          return member.ask({ kind: 'rows', rows: { ...rows, base, cast } }, owned);
        }),
      );
    },
    async finish() {
      const responses = await Promise.all(members.map((member) => member.ask({ kind: 'finish' }, [])));
      return responses.map(scored);
    },
    async dispose() {
      disposed = true;
      for (const { reject } of waiting.splice(0)) reject(new Cancelled());
      await endAll();
    },
  };
}

/** Shared memory as it is, of other a copy to be handed over. */
function sendable<T extends Float32Array | undefined>(values: T): T | Float32Array {
  return values?.buffer instanceof ArrayBuffer ? new Float32Array(values) : values;
}

function scored(response: ModelResponse): readonly ScoredWindow[] {
  if (response.kind === 'scores') return response.windows;
  throw new Error(`the model worker answered with "${response.kind}"`);
}

function createMember(worker: WorkerPort): Member {
  const open = new Map<number, Waiting<ModelResponse>>();
  let nextId = 0;
  let over: Error | undefined;
  const finish = (error: Error): void => {
    over ??= error;
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };
  worker.onMessage((message) => {
    const response = message as ModelResponse;
    const asker = open.get(response.id);
    open.delete(response.id);
    if (response.kind === 'failed') asker?.reject(new Error(response.message));
    else asker?.resolve(response);
  });
  worker.onFailure((error) => finish(new Error(`a model worker stopped: ${error.message}`)));
  return {
    ask: (work, transfer) =>
      new Promise((resolve, reject) => {
        if (over) {
          reject(over);
          return;
        }
        const id = nextId++;
        open.set(id, { resolve, reject });
        worker.post({ ...work, id }, transfer);
      }),
    end: async () => {
      finish(new Cancelled());
      await worker.terminate();
    },
  };
}
