import { CompletionItemKind } from 'vscode-languageserver-types';
import { spell } from '../../../core/policy/syntax';
import { resolveReference } from '../../reference';
import type { DirectoryEntry } from '../../workspace';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** Entries proposed of one folder. */
const MOST_ENTRIES = 200;

/** Folders, and the files that `isWanted`, below the folder that stands before the cursor. */
export async function completePaths(
  { place, snapshot, context }: ValueSite,
  isWanted: (entry: DirectoryEntry) => boolean,
): Promise<readonly Proposal[]> {
  const typed = place.before.slice(0, place.before.lastIndexOf('/') + 1);
  const { workspace } = context;
  const folder = resolveReference(snapshot.document.uri, typed === '' ? '.' : typed, workspace.root);
  if (folder === undefined) return [];
  let entries: readonly DirectoryEntry[];
  try {
    entries = await workspace.readDirectory(folder);
  } catch {
    // A folder that is still being typed, or can't be listed here: nothing to propose.
    return [];
  }
  const up: readonly DirectoryEntry[] = typed === '' || /^(\.\.\/)+$/.test(typed) ? [{ name: '..', folder: true }] : [];
  return [...entries.filter(({ name }) => !name.startsWith('.')), ...up]
    .filter((entry) => entry.folder || isWanted(entry))
    .slice(0, MOST_ENTRIES)
    .map((entry): Proposal => {
      const path = typed + entry.name;
      const quoted = place.quote === undefined ? spell(path, 'plain') : JSON.stringify(path).slice(1, -1);
      return {
        label: entry.folder ? `${path}/` : path,
        kind: entry.folder ? CompletionItemKind.Folder : CompletionItemKind.File,
        text: quoted,
      };
    });
}
