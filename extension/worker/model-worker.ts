import { instantiateModelKernels, type ModelKernels } from '../kernels/model';
import type { Pausing } from '../core/model/pausing';
import { createModelSession, type ModelSession } from '../kernels/model-session';
import type { ScoredWindow } from '../kernels/model-states';
import { createStreamedSession, type StreamedSession } from '../kernels/streamed-session';
import type { HostPort } from './kernel-worker';
import { held, streamed } from './model-manner';
import type { ModelRequest, ModelResponse } from './model-protocol';

/** The message loop of a model worker: one model and its cast, windows one after the other or a batch at a time. */
export function serveModel(port: HostPort): void {
  let session: ModelSession | StreamedSession | undefined;
  port.onMessage((message) => {
    const request = message as ModelRequest;
    try {
      if (request.kind === 'init') session = start(request);
      const response = answer(request, session);
      port.post(response, response.kind === 'scores' ? response.windows.flatMap(buffers) : []);
    } catch (error) {
      const failed: ModelResponse = { kind: 'failed', id: request.id, message: reason(error) };
      port.post(failed, []);
    }
  });
}

function start(request: Extract<ModelRequest, { kind: 'init' }>): ModelSession | StreamedSession {
  const { module, graph, context, rounding, manner } = request;
  const kernels = (bytes: number): ModelKernels => {
    const made = instantiateModelKernels(module);
    made.reserve(bytes);
    return made;
  };
  switch (manner.kind) {
    case 'held':
      return createModelSession(kernels(manner.bytes), graph, context, rounding);
    case 'streamed': {
      const { bytes, difference, headRows } = manner;
      const memories = { base: kernels(bytes.base), cast: kernels(bytes.cast) };
      return createStreamedSession(memories, { graph, context, rounding, difference, headRows });
    }
  }
}

function answer(request: ModelRequest, session: ModelSession | StreamedSession | undefined): ModelResponse {
  const { id } = request;
  if (!session) throw new Error('the model worker was given work before its model');
  switch (request.kind) {
    case 'init':
      return { kind: 'done', id };
    case 'weight':
      session.load(request.name, request.shape, request.values, request.use);
      return { kind: 'done', id };
    case 'window': {
      const window = toEnd(held(session).score(request.tokens, request.first, request.baseStates));
      return { kind: 'scores', id, windows: [window] };
    }
    case 'begin':
      streamed(session).begin(request.windows);
      return { kind: 'done', id };
    case 'rows':
      streamed(session).pass(request.rows);
      return { kind: 'done', id };
    case 'finish':
      return { kind: 'scores', id, windows: streamed(session).finish() };
  }
}

/** What is moved to the host instead of copied. */
function buffers({ scores, baseStates, streams = [] }: ScoredWindow): readonly ArrayBuffer[] {
  const states = [...(baseStates ? [baseStates] : []), ...streams.map(({ values }) => values)];
  return [scores, ...states].map(({ buffer }) => buffer);
}

/** Runs without a pause: nobody else waits for this thread, and to cancel it is ended. */
function toEnd<T>(work: Pausing<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

function reason(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) return `a model kernel stopped: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
