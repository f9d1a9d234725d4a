import type { ModelSession } from '../kernels/model-session';
import type { StreamedSession } from '../kernels/streamed-session';

/** The session, if it holds the weights; throws otherwise. */
export function held(session: ModelSession | StreamedSession): ModelSession {
  if ('score' in session) return session;
  throw new Error('a window was given to a model whose weights pass by');
}

/** The session, if matrices pass by it; throws otherwise. */
export function streamed(session: ModelSession | StreamedSession): StreamedSession {
  if ('pass' in session) return session;
  throw new Error('a batch was given to a model that holds its weights');
}
