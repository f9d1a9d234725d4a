import type { ModelGraph } from '../core/model/graph';
import { Cancelled } from '../core/cancelled';
import type { ModelPool, ModelRequest, ModelResponse } from './model-protocol';
import type { WorkerPort } from './protocol';

export interface ModelPoolOptions {
  readonly spawn: () => Promise<WorkerPort>;
  readonly size: number;
  /** Compiled model kernels. */
  readonly module: WebAssembly.Module;
  readonly graph: ModelGraph;
  /** Longest window in tokens. */
  readonly context: number;
}

type Work = ModelRequest extends infer R ? (R extends ModelRequest ? Omit<R, 'id'> : never) : never;

/** One worker and the requests it has not answered. */
interface Member {
  readonly worker: WorkerPort;
  readonly waiting: Map<number, { resolve(response: ModelResponse): void; reject(error: Error): void }>;
  busy: boolean;
  /** Why it died; nothing can be asked of it any more. */
  failure: Error | undefined;
}

/**
 * Workers that each hold the model and its cast. A worker that dies ends the evaluation with one message: its
 * weights are gone, and an out-of-memory would only repeat itself.
 */
export async function createModelPool(options: ModelPoolOptions): Promise<ModelPool> {
  let nextId = 0;
  const members = await Promise.all(Array.from({ length: options.size }, async () => start(await options.spawn())));
  const idle: ((member: Member) => void)[] = [];

  const ask = (member: Member, work: Work, transfer: readonly ArrayBuffer[]): Promise<ModelResponse> =>
    new Promise((resolve, reject) => {
      if (member.failure) {
        reject(member.failure);
        return;
      }
      const id = nextId++;
      member.waiting.set(id, { resolve, reject });
      member.worker.post({ ...work, id }, transfer);
    });
  const free = (member: Member): void => {
    const next = idle.shift();
    if (next) next(member);
    else member.busy = false;
  };
  const take = (): Promise<Member> => {
    const member = members.find(({ busy }) => !busy);
    if (!member) return new Promise((resolve) => idle.push(resolve));
    member.busy = true;
    return Promise.resolve(member);
  };

  const { module, graph, context } = options;
  await Promise.all(members.map((member) => ask(member, { kind: 'init', module, graph, context }, [])));
  return {
    size: members.length,
    async load(name, shape, values, use) {
      // Each worker gets a copy of its own; the caller's values stay the caller's.
      await Promise.all(
        members.map((member) => {
          const copy = values.slice();
          return ask(member, { kind: 'weight', name, shape, values: copy, use }, [copy.buffer]);
        }),
      );
    },
    async score(tokens, first) {
      const member = await take();
      try {
        const response = await ask(member, { kind: 'window', tokens, first }, []);
        if (response.kind === 'scores') return response.scores;
        throw new Error(`the model worker answered with "${response.kind}"`);
      } finally {
        free(member);
      }
    },
    async dispose() {
      for (const { waiting } of members) {
        for (const { reject } of waiting.values()) reject(new Cancelled());
        waiting.clear();
      }
      await Promise.all(members.map(({ worker }) => worker.terminate()));
    },
  };
}

function start(worker: WorkerPort): Member {
  const member: Member = { worker, waiting: new Map(), busy: false, failure: undefined };
  worker.onMessage((message) => {
    const response = message as ModelResponse;
    const waiter = member.waiting.get(response.id);
    member.waiting.delete(response.id);
    if (response.kind === 'failed') waiter?.reject(new Error(response.message));
    else waiter?.resolve(response);
  });
  worker.onFailure((error) => {
    const failure = new Error(`a model worker stopped: ${error.message}`);
    member.failure = failure;
    for (const { reject } of member.waiting.values()) reject(failure);
    member.waiting.clear();
  });
  return member;
}
