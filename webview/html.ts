/** Where the page's parts come from, as the host's webview tells. */
export interface DashboardPage {
  /** `asWebviewUri` of `dist/webview/dashboard.js`. */
  readonly scriptUri: string;
  /** `asWebviewUri` of `dist/webview/dashboard.css`. */
  readonly styleUri: string;
  /** The webview's `cspSource`. */
  readonly cspSource: string;
  /** Made anew for every page. */
  readonly nonce: string;
}

/**
 * The dashboard's page. Nothing may be loaded but its own script and style sheet: no images, no connections,
 * no inline styles (the script sets styles through the object model, which needs no permission).
 */
export function dashboardHtml({ scriptUri, styleUri, cspSource, nonce }: DashboardPage): string {
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${attribute(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${attribute(styleUri)}" />
    <title>Downcast</title>
  </head>
  <body>
    <script nonce="${attribute(nonce)}" src="${attribute(scriptUri)}"></script>
  </body>
</html>
`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
