import { instantiateModelKernels } from '../kernels/model';
import { createModelSession, type ModelSession } from '../kernels/model-session';
import type { HostPort } from './kernel-worker';
import type { ModelRequest, ModelResponse } from './model-protocol';

/** The message loop of a model worker: one model and its cast, windows one after the other. */
export function serveModel(port: HostPort): void {
  let session: ModelSession | undefined;
  const ready = (): ModelSession => {
    if (session) return session;
    throw new Error('the model worker was given work before its model');
  };
  const answer = async (request: ModelRequest): Promise<ModelResponse> => {
    const { id } = request;
    switch (request.kind) {
      case 'init':
        session = createModelSession(await instantiateModelKernels(request.module), request.graph, request.context);
        return { kind: 'done', id };
      case 'weight':
        ready().load(request.name, request.shape, request.values, request.use);
        return { kind: 'done', id };
      case 'window':
        return { kind: 'scores', id, scores: ready().score(request.tokens, request.first) };
    }
  };
  // Requests are answered one after the other, so that a weight never overtakes the model it belongs to.
  let turn: Promise<void> = Promise.resolve();
  port.onMessage((message) => {
    const request = message as ModelRequest;
    turn = turn.then(async () => {
      try {
        const response = await answer(request);
        port.post(response, response.kind === 'scores' ? [response.scores.buffer] : []);
      } catch (error) {
        const failed: ModelResponse = { kind: 'failed', id: request.id, message: (error as Error).message };
        port.post(failed, []);
      }
    });
  });
}
