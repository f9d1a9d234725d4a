import * as vscode from 'vscode';
import { activate as activateShared, type SessionBundle } from './activate';

/** Entry of the web extension host. */
export function activate(context: vscode.ExtensionContext): void {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', 'session.js');
  activateShared(context, async () => {
    const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(script));
    return evaluate(source, script);
  });
}

/** The web host's `require` knows `vscode` alone, so our second script is run as the host itself runs the first one. */
function evaluate(source: string, script: vscode.Uri): SessionBundle {
  const module: { exports: unknown } = { exports: {} };
  const require = (name: string): unknown => {
    if (name === 'vscode') return vscode;
    throw new Error(`${name} is not part of the extension`);
  };
  const named = `${source}\n//# sourceURL=${script.toString(true)}`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- our own file, and the only way to load it there
  const run = new Function('module', 'exports', 'require', named) as (...given: unknown[]) => void;
  run(module, module.exports, require);
  return module.exports as SessionBundle;
}
