import { TextDocumentSyncKind, type ServerCapabilities } from 'vscode-languageserver';
import { CODE_ACTION_KINDS } from '../service/features/code-actions';
import { COMPLETION_TRIGGERS } from '../service/features/completion';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../service/features/semantic-tokens';
import { TREE_SCHEME } from '../service/tensor-places';
import type { ClientFeatures } from './client-features';

/** What the server can do for an editor; docs/language-features.md says more of each. */
export function capabilitiesOf({ pullDiagnostics, tensorLists }: ClientFeatures): ServerCapabilities {
  return {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: [...COMPLETION_TRIGGERS], resolveProvider: true },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: [...CODE_ACTION_KINDS], resolveProvider: true },
    codeLensProvider: { resolveProvider: false },
    documentSymbolProvider: true,
    inlayHintProvider: { resolveProvider: false },
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: true,
      range: true,
    },
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    definitionProvider: true,
    referencesProvider: true,
    renameProvider: { prepareProvider: true },
    documentLinkProvider: { resolveProvider: false },
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    ...(pullDiagnostics
      ? { diagnosticProvider: { identifier: 'downcast', interFileDependencies: true, workspaceDiagnostics: true } }
      : {}),
    ...(tensorLists ? { workspace: { textDocumentContent: { schemes: [TREE_SCHEME] } } } : {}),
  };
}
