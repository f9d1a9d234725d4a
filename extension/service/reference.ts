import { URI, Utils } from 'vscode-uri';

/**
 * URI of what a policy names (checkpoint, text): an absolute path, or one relative to the policy's folder. A
 * policy that was never saved has no folder: its paths start from `root`. Undefined when nothing says where.
 */
export function resolveReference(policy: string, written: string, root: string | undefined): string | undefined {
  // Half a surrogate pair can't be written in a URI.
  const path = written
    .replaceAll('\\', '/')
    .replace(/(?<=.)\/+$/, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  const drive = /^[a-zA-Z]:(\/|$)/.test(path);
  const base = baseOf(policy, root);
  if (path.startsWith('/') || drive)
    return (base ?? URI.file('/')).with({ path: drive ? `/${path}` : path }).toString();
  return base && Utils.joinPath(base, path).toString();
}

/** Folder that relative paths start from. */
function baseOf(policy: string, root: string | undefined): URI | undefined {
  const uri = URI.parse(policy);
  if (uri.scheme !== 'untitled') return Utils.dirname(uri).with({ query: '', fragment: '' });
  return root === undefined ? undefined : URI.parse(root);
}
