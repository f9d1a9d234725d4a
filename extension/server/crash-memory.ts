import type { TextDocument } from 'vscode-languageserver-textdocument';
import { ResponseError, type RemoteConsole } from 'vscode-languageserver';
import { explain } from './safely';

/** Answers about documents, none of which is tried for ever when it can't be made. */
export interface CrashMemory {
  /**
   * What `make` answers about a document, or `neutral` when it throws: that is logged once for a version of the
   * document, and after two failures in a row on one version it is not tried again on that version.
   */
  answer<T>(feature: string, document: TextDocument, neutral: T, make: () => T | Promise<T>): Promise<T>;
  /** Forgets a document that was closed. */
  forget(uri: string): void;
}

/** A second try costs little, and what failed may have been the files around the document. */
const MOST_TRIES = 2;

interface Failures {
  readonly version: number;
  readonly tries: Map<string, number>;
  readonly logged: Set<string>;
}

export function createCrashMemory(console: Pick<RemoteConsole, 'error'>): CrashMemory {
  const failures = new Map<string, Failures>();
  const failuresOf = ({ uri, version }: TextDocument): Failures => {
    const known = failures.get(uri);
    if (known?.version === version) return known;
    return { version, tries: new Map(), logged: new Set() };
  };
  return {
    async answer(feature, document, neutral, make) {
      const { tries, logged } = failuresOf(document);
      const tried = tries.get(feature) ?? 0;
      if (tried >= MOST_TRIES) return neutral;
      const version = document.version;
      try {
        const made = await make();
        tries.delete(feature);
        return made;
      } catch (error) {
        if (error instanceof ResponseError) throw error;
        // Typed on meanwhile: this was about a text that is gone.
        if (document.version === version) {
          failures.set(document.uri, { version, tries: tries.set(feature, tried + 1), logged });
        }
        const reason = error instanceof Error ? error.message : String(error);
        if (!logged.has(reason)) console.error(`${feature} of ${document.uri}: ${explain(error)}`);
        logged.add(reason);
        return neutral;
      }
    },
    forget: (uri) => failures.delete(uri),
  };
}
