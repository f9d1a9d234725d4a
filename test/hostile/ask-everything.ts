import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TensorTree } from '../../extension/core/checkpoint/tensor';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
import { createLanguageService } from '../../extension/service/language-service';
import { createRandom } from '../core/policy/random';
import { checkpointOf, LLAMA, memoryWorkspace } from '../service/editor';

/** A language service that hostile policies are opened in, one after the other. */
export interface HostileSession {
  /** Asks everything about a text at some place in it; throws when an answer can't be used. */
  ask(text: string): Promise<readonly Answered[]>;
}

/** One answer, and the milliseconds of processor it took. */
export interface Answered {
  readonly question: string;
  readonly took: number;
}

const OPTIONS = {
  snippets: true,
  trigger: undefined,
  rulePages: 'https://example.org/',
  relatedInformation: true,
  documentChanges: true,
  resolvesEdits: true,
  pictures: true,
  tabSize: 2,
  tensorLists: true,
  insertSpaces: true,
};

/** `tree`: the checkpoint that the policies name; a small Llama when not given. */
export function createHostileSession(tree: TensorTree = LLAMA): HostileSession {
  const workspace = memoryWorkspace(checkpointOf(tree));
  const service = createLanguageService(workspace, BUILT_IN_FORMATS);
  const random = createRandom(99);
  let version = 0;
  return {
    async ask(text) {
      const uri = 'file:///home/me/p.dtype.yaml';
      const document = TextDocument.create(uri, 'dtype-policy', ++version, text);
      workspace.open.set(uri, document);
      const position = document.positionAt(random.integer(text.length + 1));
      const end = document.positionAt(text.length);
      const whole = { start: document.positionAt(0), end };
      const actions = (only: string) =>
        service.codeActions(document, whole, { diagnostics: [], only: [only] }, OPTIONS, NEVER_CANCELLED);
      const questions = {
        findings: () => service.diagnose(document, OPTIONS, NEVER_CANCELLED),
        completion: () => service.complete(document, position, OPTIONS, NEVER_CANCELLED),
        hover: () => service.hover(document, position, OPTIONS, NEVER_CANCELLED),
        fixes: () => actions('quickfix'),
        'all fixes': () => actions('source.fixAll'),
        refactorings: async () => {
          const offered = await actions('refactor');
          return Promise.all(offered.map((action) => service.resolveCodeAction(action, OPTIONS)));
        },
        lenses: () => service.codeLenses(document, NEVER_CANCELLED),
        outline: () => service.documentSymbols(document),
        'inlay hints': () => service.inlayHints(document, whole, NEVER_CANCELLED),
        tokens: () => service.semanticTokens(document, undefined, NEVER_CANCELLED),
        folding: () => service.foldingRanges(document),
        selection: () => service.selectionRanges(document, [position]),
        definition: () => service.definition(document, position, OPTIONS, NEVER_CANCELLED),
        references: () => service.references(document, position, { includeDeclaration: true }, NEVER_CANCELLED),
        'what can be renamed': () => service.prepareRename(document, position),
        rename: () => service.rename(document, position, 'other', OPTIONS),
        links: () => service.documentLinks(document, NEVER_CANCELLED),
        formatting: () => service.format(document, undefined, OPTIONS),
      };
      const answered: Answered[] = [];
      for (const [question, ask] of Object.entries(questions)) {
        const before = process.cpuUsage();
        const answer = await ask();
        const { user, system } = process.cpuUsage(before);
        answered.push({ question, took: (user + system) / 1000 });
        // An answer goes to the editor as JSON.
        JSON.stringify(answer ?? null);
      }
      return answered;
    },
  };
}
