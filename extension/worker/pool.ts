import type { ColumnRanges } from '../core/analysis/column-ranges';
import type { ValueProfile } from '../core/analysis/value-profile';
import { Cancelled } from '../core/cancelled';
import { diedTwice, WorkerLost } from './worker-lost';
import type { CastResult, KernelPool, KernelRequest, KernelResponse, RangeResult, WorkerPort } from './protocol';

export interface KernelPoolOptions {
  /** Starts one worker; called when there is first work for it and again after it died. */
  readonly spawn: () => Promise<WorkerPort>;
  /** Most workers at a time, at least 1. */
  readonly size: number;
  /** Compiled cast kernels, posted to each worker. */
  readonly module: WebAssembly.Module;
  /** Milliseconds after which a worker that was given so many bytes counts as hung. */
  readonly timeLimit?: (bytes: number) => number;
}

type Work = KernelRequest extends infer R ? (R extends KernelRequest ? Omit<R, 'id'> : never) : never;

/** A request and who waits for it. */
interface Task {
  readonly work: Work;
  /** Whether the bytes are the pool's own. */
  readonly given: boolean;
  readonly settle: (outcome: { readonly response: KernelResponse } | { readonly error: Error }) => void;
  /** True once nobody waits any more. */
  settled: boolean;
  /** Workers that died while they had it. */
  deaths: number;
}

/** A place for one worker; a worker has one request at a time. */
interface Slot {
  worker: WorkerPort | undefined;
  task: Task | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** A minute, and a second a megabyte: some hundred times what the slowest cast takes. */
const GENEROUS = (bytes: number): number => 60_000 + bytes / 1_000;

/**
 * A pool of kernel workers. Requests wait in one queue and go to the first idle worker. A worker that dies or
 * hangs is replaced and costs at most the request it had: one death is forgiven by a second try with another
 * worker, a hang is not. Aborting rejects at once; a request that is already with a worker runs on unseen.
 */
export function createKernelPool(options: KernelPoolOptions): KernelPool {
  const timeLimit = options.timeLimit ?? GENEROUS;
  const slots = Array.from({ length: Math.max(1, options.size) }, (): Slot => {
    return { worker: undefined, task: undefined, timer: undefined };
  });
  const queue: Task[] = [];
  let nextId = 0;
  let disposed = false;

  const pump = (): void => {
    for (const slot of slots) {
      if (slot.task) continue;
      const task = queue.shift();
      if (!task) return;
      slot.task = task;
      void start(slot, task);
    }
  };

  const release = (slot: Slot): void => {
    clearTimeout(slot.timer);
    slot.task = undefined;
    if (!disposed) pump();
  };

  const drop = (worker: WorkerPort): void => {
    // It may be beyond terminating; that is no reason to fail anybody's work.
    worker.terminate().catch(() => undefined);
  };

  const start = async (slot: Slot, task: Task): Promise<void> => {
    try {
      const worker = slot.worker ?? (await spawn(slot));
      // It may have died or been disposed of while it started; whoever noticed has taken the task back.
      if (disposed || slot.worker !== worker) return;
      if (task.settled) {
        release(slot);
        return;
      }
      const limit = timeLimit(task.work.bytes.byteLength);
      slot.timer = setTimeout(() => hung(slot, worker, limit), limit);
      // Else a copy is sent, so that the caller keeps its bytes and a second try is possible.
      const whole = task.work.bytes.byteLength === task.work.bytes.buffer.byteLength;
      const bytes = task.given && whole ? task.work.bytes : task.work.bytes.slice();
      const id = nextId++;
      listen(slot, worker, id);
      worker.post({ ...task.work, bytes, id }, [bytes.buffer]);
    } catch (error) {
      task.settle({ error: new Error(`the kernel worker could not be started: ${(error as Error).message}`) });
      release(slot);
    }
  };

  const answers = new WeakMap<WorkerPort, (response: KernelResponse) => void>();
  const listen = (slot: Slot, worker: WorkerPort, id: number): void => {
    answers.set(worker, (response) => {
      if (response.id !== id) return;
      answers.delete(worker);
      slot.task?.settle({ response });
      release(slot);
    });
  };

  const spawn = async (slot: Slot): Promise<WorkerPort> => {
    const worker = await options.spawn();
    if (disposed) {
      drop(worker);
      return worker;
    }
    slot.worker = worker;
    worker.onMessage((message) => answers.get(worker)?.(message as KernelResponse));
    worker.onFailure((error) => died(slot, worker, error));
    worker.post({ kind: 'init', module: options.module }, []);
    return worker;
  };

  const died = (slot: Slot, worker: WorkerPort, error: Error): void => {
    if (slot.worker !== worker || disposed) return;
    slot.worker = undefined;
    drop(worker);
    const { task } = slot;
    if (!task) return;
    task.deaths++;
    if (task.given) task.settle({ error: new WorkerLost(error.message) });
    else if (task.deaths < 2) queue.unshift(task);
    else task.settle({ error: new Error(diedTwice(error.message)) });
    release(slot);
  };

  const hung = (slot: Slot, worker: WorkerPort, limit: number): void => {
    slot.worker = undefined;
    drop(worker);
    const message = `the kernel worker gave no answer for ${limit / 1000} s; it was ended and the work given up`;
    slot.task?.settle({ error: new Error(message) });
    release(slot);
  };

  const request = <T>(
    work: Work,
    read: (response: KernelResponse) => T | undefined,
    signal?: AbortSignal,
    given = false,
  ) =>
    new Promise<T>((resolve, reject) => {
      if (disposed || signal?.aborted) {
        reject(new Cancelled());
        return;
      }
      const abort = (): void => {
        const at = queue.indexOf(task);
        if (at >= 0) queue.splice(at, 1);
        task.settle({ error: new Cancelled() });
      };
      const task: Task = {
        work,
        given,
        settled: false,
        deaths: 0,
        settle: (outcome) => {
          if (task.settled) return;
          task.settled = true;
          signal?.removeEventListener('abort', abort);
          if ('error' in outcome) {
            reject(outcome.error);
            return;
          }
          const result = read(outcome.response);
          if (result !== undefined) resolve(result);
          else reject(new Error(failureOf(outcome.response)));
        },
      };
      signal?.addEventListener('abort', abort);
      queue.push(task);
      pump();
    });

  return {
    size: slots.length,
    range: (dtype, bytes, signal) =>
      request<RangeResult>({ kind: 'range', dtype, bytes }, (r) => (r.kind === 'range' ? r.result : undefined), signal),
    profile: (dtype, bytes, signal) =>
      request<ValueProfile>(
        { kind: 'profile', dtype, bytes },
        (r) => (r.kind === 'profile' ? r.result : undefined),
        signal,
      ),
    columns: (dtype, bytes, columns, signal) =>
      request<ColumnRanges>(
        { kind: 'columns', dtype, bytes, columns },
        (r) => (r.kind === 'columns' ? r.result : undefined),
        signal,
      ),
    cast: (job, signal, bytes) =>
      request<CastResult>(
        { kind: 'cast', ...job },
        (r) => (r.kind === 'cast' ? r.result : undefined),
        signal,
        bytes === 'given',
      ),
    dispose: async () => {
      disposed = true;
      const waiting = [...queue.splice(0), ...slots.flatMap(({ task }) => task ?? [])];
      for (const task of waiting) task.settle({ error: new Cancelled() });
      await Promise.all(
        slots.map(async (slot) => {
          clearTimeout(slot.timer);
          await slot.worker?.terminate();
          slot.worker = undefined;
        }),
      );
    },
  };
}

function failureOf(response: KernelResponse): string {
  return response.kind === 'failed' ? response.message : `the kernel worker answered with "${response.kind}"`;
}
