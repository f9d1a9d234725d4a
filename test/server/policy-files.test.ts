import { describe, expect, it } from 'vitest';
import { findPolicies } from '../../extension/server/policy-files';
import type { DirectoryEntry } from '../../extension/service/workspace';

/** A file system of folders by URI; names of folders end with a slash. */
function listing(folders: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const readDirectory = (uri: string): Promise<readonly DirectoryEntry[]> => {
    asked.push(uri);
    const names = folders[uri];
    if (!names) return Promise.reject(new Error(`${uri}: no such folder`));
    return Promise.resolve(names.map((name) => ({ name: name.replace('/', ''), folder: name.endsWith('/') })));
  };
  return { asked, readDirectory };
}

describe('policies of a workspace', () => {
  it('are found in all folders, the shallowest first, also where one can not be read', async () => {
    const { readDirectory } = listing({
      'file:///a': ['sub/', 'locked/', 'p.dtype.yaml', 'notes.yaml', 'q.dtype.json'],
      'file:///a/sub': ['r s.dtype.yml'],
      'file:///b': ['t.dtype.yaml'],
    });
    expect(await findPolicies(['file:///a', 'file:///b'], readDirectory)).toEqual([
      'file:///a/p.dtype.yaml',
      'file:///a/q.dtype.json',
      'file:///b/t.dtype.yaml',
      'file:///a/sub/r%20s.dtype.yml',
    ]);
  });

  it('are not looked for where only tools and packages have files', async () => {
    const { asked, readDirectory } = listing({ 'file:///a': ['.git/', 'node_modules/', '__pycache__/'] });
    await findPolicies(['file:///a'], readDirectory);
    expect(asked).toEqual(['file:///a']);
  });

  it('are looked for up to a depth: links can lead round in circles', async () => {
    const asked: string[] = [];
    const readDirectory = (uri: string): Promise<readonly DirectoryEntry[]> => {
      asked.push(uri);
      return Promise.resolve([{ name: 'again', folder: true }]);
    };
    expect(await findPolicies(['file:///a'], readDirectory)).toEqual([]);
    expect(asked.length).toBeLessThan(20);
  });
});
