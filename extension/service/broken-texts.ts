/** Texts that could not be read at all although they should: a fault of ours. */
export interface BrokenTexts {
  /** What `read` gives; once it failed twice in a row on one version, its last error without another try. */
  guard<T>(uri: string, version: number, read: () => T): T;
}

const MOST_TRIES = 2;

export function createBrokenTexts(): BrokenTexts {
  const failures = new Map<string, { readonly version: number; readonly tries: number; readonly error: unknown }>();
  return {
    guard(uri, version, read) {
      const before = failures.get(uri);
      const tries = before?.version === version ? before.tries : 0;
      if (before && tries >= MOST_TRIES) throw before.error;
      try {
        const result = read();
        failures.delete(uri);
        return result;
      } catch (error) {
        failures.set(uri, { version, tries: tries + 1, error });
        throw error;
      }
    },
  };
}
