import type { InitializeParams } from 'vscode-languageserver';

/** What the editor can do, as far as the server needs to know; all of it may be missing. */
export interface ClientFeatures {
  readonly snippets: boolean;
  readonly documentChanges: boolean;
  readonly relatedInformation: boolean;
  /** The editor asks for findings by itself. */
  readonly pullDiagnostics: boolean;
  readonly refreshDiagnostics: boolean;
  readonly refreshLenses: boolean;
  /** The server may say which files to watch, folders outside the workspace too. */
  readonly watchers: boolean;
  /** First workspace folder. */
  readonly root: string | undefined;
  /** Folder with a page for each finding code, with a slash at the end. */
  readonly rulePages: string | undefined;
}

export function clientFeatures({
  capabilities: { textDocument, workspace },
  workspaceFolders,
  initializationOptions,
  ...params
}: InitializeParams): ClientFeatures {
  const watching = workspace?.didChangeWatchedFiles;
  const { rulePages } = (initializationOptions ?? {}) as { readonly rulePages?: unknown };
  return {
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
    pullDiagnostics: textDocument?.diagnostic !== undefined,
    refreshDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshLenses: workspace?.codeLens?.refreshSupport === true,
    watchers: watching?.dynamicRegistration === true && watching.relativePatternSupport === true,
    root: workspaceFolders?.[0]?.uri ?? rootUriOf(params),
    rulePages: typeof rulePages === 'string' ? rulePages.replace(/\/*$/, '/') : undefined,
  };
}

/** Editors without workspace folders send the older `rootUri`, some of them null. */
function rootUriOf(params: object): string | undefined {
  const { rootUri } = params as { readonly rootUri?: unknown };
  return typeof rootUri === 'string' ? rootUri : undefined;
}
