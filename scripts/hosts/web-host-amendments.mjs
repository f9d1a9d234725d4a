import { createHash } from 'node:crypto';

/**
 * Corrections to files on their way to the browser, by address.
 * @type {Readonly<Record<string, (text: string) => string>>}
 */
export const amended = {
  '/static/extensions/fs/dist/fsExtensionMain.js': withQuickOpen,
  '/static/build/out/vs/workbench/contrib/webview/browser/pre/index.html': withWebviewOnSameOrigin,
};

/**
 * Serves webviews from the page's own origin. From another one, as they are by default, their
 * service worker counts as a third party's, which private windows and some browsers refuse; and
 * not every system resolves names under localhost.
 * @param {Readonly<Record<string, unknown>>} product the page's product configuration
 * @returns {Record<string, unknown>}
 */
export function onOneOrigin(product) {
  return Object.fromEntries(
    Object.entries(product).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace('{{uuid}}.', '') : value,
    ]),
  );
}

/**
 * Lets the frame around a webview accept its parent when both come from one host, and renews the
 * hash by which the frame's policy allows its only script.
 * @param {string} page
 */
function withWebviewOnSameOrigin(page) {
  const script = /(<script async type="module">)([^]*?)(<\/script>)/;
  let hash = '';
  return page
    .replace(script, (_, open, source, close) => {
      const changed = source.replace(
        'if (hostname === parentOriginHash',
        'if (hostname === new URL(parentOrigin).hostname || hostname === parentOriginHash',
      );
      hash = createHash('sha256').update(changed).digest('base64');
      return open + changed + close;
    })
    .replace(/'sha256-[^']*'/, () => `'sha256-${hash}'`);
}

/**
 * Makes quick open find files. The provider takes what was typed for a glob over the whole
 * address, which matches nothing; the workbench filters by what was typed itself.
 * @param {string} source of the extension that mounts the workspace
 */
function withQuickOpen(source) {
  return source.replace('pattern ? new minimatch_1.Minimatch(pattern) : undefined', 'undefined');
}
