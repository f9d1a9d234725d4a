import * as vscode from 'vscode';
import type { Session } from '../session';
import { policyName } from '../policy-uri';
import { openPolicyState } from './open-policy-state';

/** The part of VS Code's own git extension that is used here (its public API, version 1). */
interface GitRepository {
  log(options: { readonly maxEntries: number; readonly path: string }): Promise<readonly GitCommit[]>;
  show(revision: string, path: string): Promise<string>;
}

interface GitCommit {
  readonly hash: string;
  readonly message: string;
  readonly authorDate?: Date;
}

interface GitExtension {
  getAPI(version: 1): { getRepository(uri: vscode.Uri): GitRepository | null };
}

const COMMITS = 50;

/** "Compare with Revision...": what the policy changes since a commit, by tensors and bytes instead of by lines. */
export function registerCompareRevision({ states, documents }: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.compareRevision', async (argument: unknown) => {
    const state = await openPolicyState(argument, states);
    if (!state) return;
    const repository = await repositoryOf(state.uri);
    if (!repository) {
      void vscode.window.showWarningMessage('Downcast: this policy is in no git repository that VS Code has open.');
      return;
    }
    const commit = await pickCommit(repository, state.uri);
    if (!commit) return;
    const { BUILT_IN_FORMATS, differenceMarkdown, parsePolicy, planDifference, resolve } =
      await import('../authoring-core');
    let text: string;
    try {
      text = await repository.show(commit.hash, state.uri.fsPath);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void vscode.window.showErrorMessage(`Downcast: git can't show the policy in that revision: ${reason}`);
      return;
    }
    const { plan } = state.checkpoint;
    const before = resolve(parsePolicy(text, BUILT_IN_FORMATS).policy, plan.tree, BUILT_IN_FORMATS);
    const title = `${policyName(state.uri)} since ${commit.hash.slice(0, 8)}`;
    await documents.show(title, differenceMarkdown(title, planDifference(before, plan)));
  });
}

async function repositoryOf(uri: vscode.Uri): Promise<GitRepository | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) return undefined;
  const git = extension.isActive ? extension.exports : await extension.activate();
  return git.getAPI(1).getRepository(uri) ?? undefined;
}

async function pickCommit(repository: GitRepository, uri: vscode.Uri): Promise<GitCommit | undefined> {
  const commits = await repository.log({ maxEntries: COMMITS, path: uri.fsPath });
  const items = commits.map((commit): vscode.QuickPickItem & { readonly commit: GitCommit } => ({
    label: commit.message.split('\n')[0]!,
    description: commit.hash.slice(0, 8),
    detail: commit.authorDate?.toLocaleString() ?? '',
    commit,
  }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage('Downcast: no commit holds this policy yet.');
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Compare with Revision',
    placeHolder: 'The policy as it is now is compared with that commit',
    matchOnDescription: true,
  });
  return picked?.commit;
}
