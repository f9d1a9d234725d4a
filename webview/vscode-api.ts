import { webviewMessage, type Unversioned, type WebviewMessage } from './protocol';
import { parseSavedState, type SavedState } from './saved-state';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The extension, as the page sees it. */
export interface Host {
  readonly send: (message: Unversioned<WebviewMessage>) => void;
  readonly saved: SavedState;
  readonly save: (change: Partial<SavedState>) => void;
}

/** May be called once a page: VS Code hands out its side only once. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  let saved = parseSavedState(api.getState());
  return {
    send: (message) => api.postMessage(webviewMessage(message)),
    get saved() {
      return saved;
    },
    save(change) {
      saved = { ...saved, ...change };
      api.setState(saved);
    },
  };
}
