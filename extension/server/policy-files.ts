import { URI, Utils } from 'vscode-uri';
import type { DirectoryEntry } from '../service/workspace';

/** Names of policies. */
export const POLICY_NAME = /\.dtype\.(ya?ml|json)$/;

/** Folders that are looked into and policies that are found at most; a workspace with more is not searched to its end. */
const MOST = { folders: 5000, policies: 1000, depth: 12 } as const;

/** Folders of other tools and of packages, which hold no policies of the user's. */
const SKIPPED = /^(\.|node_modules$|__pycache__$|venv$|target$)/;

/** URIs of the policies in folders and their folders, the shallowest first. What can't be listed is left out. */
export async function findPolicies(
  roots: readonly string[],
  readDirectory: (uri: string) => Promise<readonly DirectoryEntry[]>,
): Promise<readonly string[]> {
  const found: string[] = [];
  let level: readonly string[] = roots;
  let folders = 0;
  for (let depth = 0; depth < MOST.depth && level.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of level) {
      if (folders++ >= MOST.folders || found.length >= MOST.policies) return found;
      const entries = await readDirectory(folder).catch(() => []);
      for (const { name, folder: isFolder } of entries) {
        const uri = (): string => Utils.joinPath(URI.parse(folder), name).toString();
        if (isFolder && !SKIPPED.test(name)) below.push(uri());
        if (!isFolder && POLICY_NAME.test(name)) found.push(uri());
      }
    }
    level = below;
  }
  return found;
}
