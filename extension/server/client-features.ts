import type { InitializeParams } from 'vscode-languageserver';

/** What the editor can do, as far as the server needs to know; all of it may be missing. */
export interface ClientFeatures {
  readonly snippets: boolean;
  readonly documentChanges: boolean;
  /** It asks for the edit of a code action when somebody chooses it. */
  readonly resolvesEdits: boolean;
  readonly relatedInformation: boolean;
  /** It draws images in Markdown. No capability of the protocol says so. */
  readonly pictures: boolean;
  /** Definitions may say which text they are of. */
  readonly definitionLinks: boolean;
  /** It shows texts that the server makes. */
  readonly tensorLists: boolean;
  /** It asks for findings by itself. */
  readonly pullDiagnostics: boolean;
  readonly refresh: RefreshFeatures;
  /** The server may say which files to watch, folders outside the workspace too. */
  readonly watchers: boolean;
  /** It can be asked for settings. */
  readonly configuration: boolean;
  /** It tells of changed settings when asked to. */
  readonly configurationChanges: boolean;
  /** Settings sent at the start, for editors that can't be asked. */
  readonly settings: unknown;
  /** Workspace folders. */
  readonly folders: readonly string[];
  /** Folder with a page for each finding code, with a slash at the end. */
  readonly rulePages: string | undefined;
}

/** Answers that the editor can be told to ask for again. */
export interface RefreshFeatures {
  readonly diagnostics: boolean;
  readonly lenses: boolean;
  readonly inlayHints: boolean;
  readonly semanticTokens: boolean;
}

export function clientFeatures({
  capabilities: { textDocument, workspace },
  workspaceFolders,
  initializationOptions,
  ...params
}: InitializeParams): ClientFeatures {
  const watching = workspace?.didChangeWatchedFiles;
  const options = (initializationOptions ?? {}) as Readonly<Record<string, unknown>>;
  const { rulePages } = options;
  const root = rootUriOf(params);
  return {
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    resolvesEdits: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    relatedInformation: (textDocument?.publishDiagnostics ?? textDocument?.diagnostic)?.relatedInformation === true,
    pictures: options['pictures'] === true,
    definitionLinks: textDocument?.definition?.linkSupport === true,
    tensorLists: workspace?.textDocumentContent !== undefined,
    pullDiagnostics: textDocument?.diagnostic !== undefined,
    refresh: {
      diagnostics: workspace?.diagnostics?.refreshSupport === true,
      lenses: workspace?.codeLens?.refreshSupport === true,
      inlayHints: workspace?.inlayHint?.refreshSupport === true,
      semanticTokens: workspace?.semanticTokens?.refreshSupport === true,
    },
    watchers: watching?.dynamicRegistration === true && watching.relativePatternSupport === true,
    configuration: workspace?.configuration === true,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    settings: options['settings'],
    folders: workspaceFolders?.map(({ uri }) => uri) ?? (root === undefined ? [] : [root]),
    rulePages: typeof rulePages === 'string' ? rulePages.replace(/\/*$/, '/') : undefined,
  };
}

/** Editors without workspace folders send the older `rootUri`, some of them null. */
function rootUriOf(params: object): string | undefined {
  const { rootUri } = params as { readonly rootUri?: unknown };
  return typeof rootUri === 'string' ? rootUri : undefined;
}
