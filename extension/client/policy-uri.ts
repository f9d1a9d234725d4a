import * as vscode from 'vscode';

export const LANGUAGE = 'dtype-policy';

export function isPolicy(document: vscode.TextDocument): boolean {
  return document.languageId === LANGUAGE;
}

/** What a policy names (checkpoint, text): an absolute path, or one relative to the policy's folder. */
export function resolveReference(policy: vscode.Uri, written: string): vscode.Uri {
  const path = written.replaceAll('\\', '/').replace(/\/+$/, '');
  const absolute = path.startsWith('/') || /^[a-zA-Z]:\//.test(path);
  return absolute
    ? policy.with({ path: path.startsWith('/') ? path : `/${path}` })
    : vscode.Uri.joinPath(policy, '..', path);
}

/** `balanced` for `.../balanced.dtype.yaml`. */
export function policyName(policy: vscode.Uri): string {
  const file = policy.path.slice(policy.path.lastIndexOf('/') + 1);
  return file.replace(/\.dtype\.(ya?ml|json)$/, '');
}

/** Where "Apply downcast" writes: a folder of its own beside the policy. */
export function outputFolder(policy: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(policy, '..', `${policyName(policy)}.downcast`);
}
