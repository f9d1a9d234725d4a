import { instantiateModelKernels } from '../kernels/model';
import type { Pausing } from '../core/model/pausing';
import { createModelSession, type ModelSession } from '../kernels/model-session';
import type { ScoredWindow } from '../kernels/model-states';
import type { HostPort } from './kernel-worker';
import type { ModelRequest, ModelResponse } from './model-protocol';

/** The message loop of a model worker: one model and its cast, windows one after the other. */
export function serveModel(port: HostPort): void {
  let session: ModelSession | undefined;
  port.onMessage((message) => {
    const request = message as ModelRequest;
    try {
      if (request.kind === 'init') session = start(request);
      const response = answer(request, session);
      port.post(response, response.kind === 'scores' ? buffers(response) : []);
    } catch (error) {
      const failed: ModelResponse = { kind: 'failed', id: request.id, message: reason(error) };
      port.post(failed, []);
    }
  });
}

function start({ module, graph, context, rounding, bytes }: Extract<ModelRequest, { kind: 'init' }>): ModelSession {
  const kernels = instantiateModelKernels(module);
  kernels.reserve(bytes);
  return createModelSession(kernels, graph, context, rounding);
}

function answer(request: ModelRequest, session: ModelSession | undefined): ModelResponse {
  const { id } = request;
  if (!session) throw new Error('the model worker was given work before its model');
  switch (request.kind) {
    case 'init':
      return { kind: 'done', id };
    case 'weight':
      session.load(request.name, request.shape, request.values, request.use);
      return { kind: 'done', id };
    case 'window':
      return { kind: 'scores', id, ...toEnd(session.score(request.tokens, request.first, request.baseStates)) };
  }
}

/** What is moved to the host instead of copied. */
function buffers({ scores, baseStates }: ScoredWindow): readonly ArrayBuffer[] {
  return baseStates ? [scores.buffer, baseStates.buffer] : [scores.buffer];
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
