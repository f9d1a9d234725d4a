import {
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type LocationLink,
  type TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { LanguageService } from '../service/language-service';
import type { ClientFeatures } from './client-features';
import type { CrashMemory } from './crash-memory';
import { safely } from './safely';

/** Answers requests about one document: each is a call of the language service and nothing more. */
export function serveDocuments(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  service: LanguageService,
  features: ClientFeatures,
  memory: CrashMemory,
): void {
  const answer = <T>(
    name: string,
    { uri }: { readonly uri: string },
    token: CancellationToken,
    neutral: T,
    ask: (document: TextDocument) => T | Promise<T>,
  ) =>
    safely(name, neutral, token, connection.console, () => {
      const document = documents.get(uri);
      return document ? memory.answer(name, document, neutral, () => ask(document)) : neutral;
    });

  connection.onCompletion(({ textDocument, position, context }, token) =>
    answer('completion', textDocument, token, { isIncomplete: false, items: [] }, (document) => {
      const options = { snippets: features.snippets, trigger: context?.triggerCharacter };
      return service.complete(document, position, options, token);
    }),
  );
  connection.onCompletionResolve((item, token) =>
    safely('completion item', item, token, connection.console, () => service.resolveCompletion(item)),
  );
  connection.onHover(({ textDocument, position }, token) =>
    answer('hover', textDocument, token, null, async (document) => {
      return (await service.hover(document, position, features, token)) ?? null;
    }),
  );
  connection.onCodeAction(({ textDocument, range, context }, token) =>
    answer('code actions', textDocument, token, [], async (document) => [
      ...(await service.codeActions(document, range, context, features, token)),
    ]),
  );
  connection.onCodeActionResolve((action, token) =>
    safely('code action', action, token, connection.console, async () => {
      const resolved = await service.resolveCodeAction(action, features);
      if (resolved.kind === 'action') return resolved.action;
      throw new ResponseError(LSPErrorCodes.RequestFailed, resolved.reason);
    }),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    answer('code lenses', textDocument, token, [], async (document) => [
      ...(await service.codeLenses(document, token)),
    ]),
  );
  connection.onDocumentSymbol(({ textDocument }, token) =>
    answer('symbols', textDocument, token, [], (document) => [...service.documentSymbols(document)]),
  );
  connection.languages.inlayHint.on(({ textDocument, range }, token) =>
    answer('inlay hints', textDocument, token, [], async (document) => [
      ...(await service.inlayHints(document, range, token)),
    ]),
  );
  connection.languages.semanticTokens.on(({ textDocument }, token) =>
    answer('semantic tokens', textDocument, token, { data: [] }, (document) =>
      service.semanticTokens(document, undefined, token),
    ),
  );
  connection.languages.semanticTokens.onRange(({ textDocument, range }, token) =>
    answer('semantic tokens', textDocument, token, { data: [] }, (document) =>
      service.semanticTokens(document, range, token),
    ),
  );
  connection.onFoldingRanges(({ textDocument }, token) =>
    answer('folding ranges', textDocument, token, [], (document) => [...service.foldingRanges(document)]),
  );
  connection.onSelectionRanges(({ textDocument, positions }, token) =>
    answer('selection ranges', textDocument, token, [], (document) => [
      ...service.selectionRanges(document, positions),
    ]),
  );
  connection.onDefinition(({ textDocument, position }, token) =>
    answer('definition', textDocument, token, [], async (document) => {
      const links = await service.definition(document, position, features, token);
      return features.definitionLinks ? [...links] : links.map(toLocation);
    }),
  );
  connection.onReferences(({ textDocument, position, context }, token) =>
    answer('references', textDocument, token, [], async (document) => [
      ...(await service.references(document, position, context, token)),
    ]),
  );
  connection.onPrepareRename(({ textDocument, position }, token) =>
    answer('rename', textDocument, token, null, async (document) => {
      return (await service.prepareRename(document, position)) ?? null;
    }),
  );
  connection.onRenameRequest(({ textDocument, position, newName }, token) =>
    answer('rename', textDocument, token, null, async (document) => {
      const renaming = await service.rename(document, position, newName, features);
      if (renaming.kind === 'edit') return renaming.edit;
      throw new ResponseError(LSPErrorCodes.RequestFailed, renaming.reason);
    }),
  );
  connection.onDocumentLinks(({ textDocument }, token) =>
    answer('links', textDocument, token, [], async (document) => [...(await service.documentLinks(document, token))]),
  );
  connection.onDocumentFormatting(({ textDocument, options }, token) =>
    answer('formatting', textDocument, token, [], (document) => [...service.format(document, undefined, options)]),
  );
  connection.onDocumentRangeFormatting(({ textDocument, range, options }, token) =>
    answer('formatting', textDocument, token, [], (document) => [...service.format(document, range, options)]),
  );
  if (features.tensorLists) {
    connection.workspace.textDocumentContent.on(({ uri }, token) =>
      safely('list of tensors', null, token, connection.console, async () => {
        const text = await service.tensorList(uri);
        return text === undefined ? null : { text };
      }),
    );
  }
}

/** For editors that know no links. */
function toLocation({ targetUri, targetSelectionRange }: LocationLink): {
  uri: string;
  range: LocationLink['targetSelectionRange'];
} {
  return { uri: targetUri, range: targetSelectionRange };
}
