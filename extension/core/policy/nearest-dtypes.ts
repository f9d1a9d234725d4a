import type { FormatTable } from '../formats/format-table';
import { nearest } from './nearest';

/** Canonical ids that may have been meant, found through their aliases too: `flaot16` is `fp16`. At most three. */
export function nearestDtypes(text: string, formats: FormatTable, others: readonly string[] = []): readonly string[] {
  const idOf = new Map<string, string>(others.map((other) => [other, other]));
  for (const id of formats.ids()) {
    idOf.set(id, id);
    for (const alias of formats.find(id)?.format.aliases ?? []) idOf.set(alias, id);
  }
  const ids = nearest(text, idOf.keys(), 6).map((name) => idOf.get(name)!);
  return [...new Set(ids)].slice(0, 3);
}
