import {
  CodeLensRefreshRequest,
  InlayHintRefreshRequest,
  SemanticTokensRefreshRequest,
  type Connection,
} from 'vscode-languageserver';
import type { RefreshFeatures } from './client-features';

/** Tells the editor to ask again for what it draws beside the findings, as far as it can be told. */
export function refreshing(connection: Connection, features: RefreshFeatures): () => void {
  const requests = [
    ...(features.lenses ? [CodeLensRefreshRequest.method] : []),
    ...(features.inlayHints ? [InlayHintRefreshRequest.method] : []),
    ...(features.semanticTokens ? [SemanticTokensRefreshRequest.method] : []),
  ];
  return () => {
    for (const method of requests) {
      connection.sendRequest(method).catch((error: unknown) => connection.console.warn(`${method}: ${String(error)}`));
    }
  };
}
