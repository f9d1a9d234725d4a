// The smallest extension with every kind of surface the harness reads, for both extension hosts.
const vscode = require('vscode');

const language = 'dtype-stub';
const formats = ['fp32', 'bf16', 'fp8_e4m3', 'int4'];

exports.activate = (context) => {
  const problems = vscode.languages.createDiagnosticCollection('harness-stub');
  const check = (document) => {
    if (document.languageId === language) problems.set(document.uri, findings(document));
  };
  vscode.workspace.textDocuments.forEach(check);

  context.subscriptions.push(
    problems,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument((event) => check(event.document)),
    vscode.languages.registerCompletionItemProvider(language, { provideCompletionItems: completions }),
    vscode.languages.registerHoverProvider(language, { provideHover: hover }),
    vscode.languages.registerCodeLensProvider(language, { provideCodeLenses: lenses }),
    vscode.languages.registerCodeActionsProvider(language, { provideCodeActions: fixes }),
    vscode.window.registerTreeDataProvider('harnessStub.tensors', { getChildren: children, getTreeItem: treeItem }),
    vscode.commands.registerCommand('harnessStub.apply', apply),
    vscode.commands.registerCommand('harnessStub.draw', draw),
    vscode.commands.registerCommand('harnessStub.choose', choose),
    vscode.languages.registerInlayHintsProvider(language, { provideInlayHints: hints }),
  );
};

function findings(document) {
  const at = document.getText().indexOf('fp12');
  if (at < 0) return [];
  const range = new vscode.Range(document.positionAt(at), document.positionAt(at + 4));
  const finding = new vscode.Diagnostic(range, 'fp12 is not a format', vscode.DiagnosticSeverity.Error);
  finding.source = 'stub';
  finding.code = 'unknown-format';
  return [finding];
}

function fixes(document, range, { diagnostics }) {
  return diagnostics.map((finding) => {
    const fix = new vscode.CodeAction('Change to bf16', vscode.CodeActionKind.QuickFix);
    fix.diagnostics = [finding];
    fix.edit = new vscode.WorkspaceEdit();
    fix.edit.replace(document.uri, finding.range, 'bf16');
    return fix;
  });
}

const completions = () =>
  formats.map((format) => {
    const item = new vscode.CompletionItem(format, vscode.CompletionItemKind.Value);
    item.detail = `the format ${format}`;
    return item;
  });

const hover = (document, position) =>
  new vscode.Hover(
    new vscode.MarkdownString(`**${document.getText(document.getWordRangeAtPosition(position))}** in the stub`),
  );

const lenses = () => [
  new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title: '$(play) Apply stub', command: 'harnessStub.apply' }),
  new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title: '2 rules', command: '' }),
];

const hints = (document) => [
  new vscode.InlayHint(document.lineAt(1).range.end, ' one rule'),
  new vscode.InlayHint(document.lineAt(2).range.end, ' 2 bytes'),
];

async function choose() {
  const format = await vscode.window.showQuickPick(formats, { placeHolder: 'Format' });
  const answer = await vscode.window.showWarningMessage(`Cast to ${format}?`, { modal: true }, 'Cast');
  if (answer) void vscode.window.showWarningMessage(`Cast to ${format}`);
}

const children = (node) =>
  node === undefined ? ['layers.0', 'lm_head'] : node === 'layers.0' ? ['layers.0.weight'] : [];

function treeItem(node) {
  const item = new vscode.TreeItem(
    node,
    node === 'layers.0' ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
  );
  item.description = 'fp32';
  return item;
}

async function apply() {
  const { document } = vscode.window.activeTextEditor;
  const report = document.uri.with({ path: document.uri.path.replace(/[^/]*$/, 'report.txt') });
  const steps = { location: vscode.ProgressLocation.Notification, title: 'Applying stub' };
  await vscode.window.withProgress(steps, async (progress) => {
    progress.report({ message: 'writing' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.workspace.fs.writeFile(
      report,
      new TextEncoder().encode(`from ${document.getText().length} characters\n`),
    );
  });
  const answer = await vscode.window.showInformationMessage('Stub applied', 'Open report');
  if (answer) await vscode.window.showTextDocument(report);
}

function draw() {
  const panel = vscode.window.createWebviewPanel('harnessStub', 'Stub Drawing', vscode.ViewColumn.Beside, {
    enableScripts: true,
  });
  panel.webview.html = `<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-stub'">
<body><h1>Drawn</h1><canvas width="320" height="160"></canvas><button>Count</button><output>0</output>
<script nonce="stub">
  const drawing = document.querySelector("canvas").getContext("2d");
  for (let i = 0; i < 32; i++) { drawing.fillStyle = "hsl(" + i * 11 + " 80% 50%)"; drawing.fillRect(i * 10, 0, 10, 160); }
  document.querySelector("button").onclick = () => document.querySelector("output").value++;
</script>`;
}
