import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/hosts/chromium.mjs';
import { dashboardHtml } from '../../webview/html';
import { hostMessage, type HostMessage, type Unversioned, type WebviewMessage } from '../../webview/protocol';
import { THEMES, type ThemeName } from './themes';

const ORIGIN = 'https://dashboard.test';
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A Chromium, or undefined and a line that says why the tests that need one are skipped. */
export async function launchChromium(): Promise<Browser | undefined> {
  try {
    return await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
  } catch (error) {
    console.warn(
      `Skipped, for there is no Chromium to run it in: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

export interface Bundle {
  readonly script: string;
  readonly style: string;
}

/** Script and style sheet as the build makes them, without writing files. */
export async function bundleDashboard(): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { dashboard: 'webview/dashboard.ts' },
    outdir: 'dist/webview',
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    mainFields: ['browser', 'module', 'main'],
    logLevel: 'warning',
  });
  const text = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  return { script: text('.js'), style: text('.css') };
}

export interface DashboardPage {
  readonly page: Page;
  /** Posts as the extension would; resolves when the dashboard has dealt with it. */
  readonly send: (message: Unversioned<HostMessage>) => Promise<void>;
  /** What the dashboard posted so far. */
  readonly posted: () => Promise<readonly WebviewMessage[]>;
  readonly savedState: () => Promise<unknown>;
  /** What went wrong in the page: exceptions, refusals of the content security policy, errors in the console. */
  readonly faults: readonly string[];
}

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly pixelRatio?: number;
  /** What `setState` kept from an earlier life of the page. */
  readonly saved?: unknown;
}

/** The dashboard in a page of its own, under its real content security policy, with VS Code's side played by us. */
export async function openDashboard(
  browser: Browser,
  bundle: Bundle,
  options: PageOptions = {},
): Promise<DashboardPage> {
  const { theme = 'dark-modern', width = 1200, height = 800, pixelRatio = 1, saved } = options;
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: pixelRatio });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (entry) => {
    if (entry.type() === 'error' || entry.type() === 'warning') faults.push(entry.text());
  });
  await page.addInitScript(playVsCode, { theme: THEMES[theme], saved });
  const nonce = 'bm9uY2U';
  const html = dashboardHtml({
    scriptUri: `${ORIGIN}/dashboard.js`,
    styleUri: `${ORIGIN}/dashboard.css`,
    cspSource: ORIGIN,
    nonce,
  });
  const files: Readonly<Record<string, { readonly contentType: string; readonly body: string }>> = {
    '/': { contentType: 'text/html', body: html },
    '/dashboard.js': { contentType: 'text/javascript', body: bundle.script },
    '/dashboard.css': { contentType: 'text/css', body: bundle.style },
  };
  await page.route(`${ORIGIN}/**`, async (route) => {
    const file = files[new URL(route.request().url()).pathname];
    await (file ? route.fulfill(file) : route.fulfill({ status: 404 }));
  });
  await page.goto(`${ORIGIN}/`);
  return {
    page,
    faults,
    send: (message) => page.evaluate(postAndWait, hostMessage(message) as unknown),
    posted: () => page.evaluate(() => (globalThis as unknown as { posted: WebviewMessage[] }).posted),
    savedState: () => page.evaluate(() => (globalThis as unknown as { saved: unknown }).saved),
  };
}

/** Listeners are called in the order they were added, so the dashboard's is done when ours is called. */
function postAndWait(data: unknown): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('message', () => resolve(), { once: true });
    window.postMessage(data, '*');
  });
}

/** Runs in the page before its script: `acquireVsCodeApi`, the theme's variables, VS Code's own style sheet. */
function playVsCode({ theme, saved }: { theme: (typeof THEMES)[ThemeName]; saved: unknown }): void {
  const mock = globalThis as unknown as Record<string, unknown>;
  const posted: unknown[] = [];
  mock.posted = posted;
  mock.saved = saved;
  mock.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => posted.push(structuredClone(message)),
    getState: () => mock.saved,
    setState: (state: unknown) => (mock.saved = structuredClone(state)),
  });
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`refused by the content security policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
  const dress = (): void => {
    for (const [name, value] of Object.entries(theme.variables)) {
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }
    const own = new CSSStyleSheet();
    // In a layer, because VS Code's own style sheet comes before the page's and gives way to it.
    own.replaceSync(`@layer {
      html { scrollbar-color: var(--vscode-scrollbarSlider-background, gray) var(--vscode-editor-background); }
      body { overscroll-behavior-x: none; color: var(--vscode-editor-foreground); margin: 0; padding: 0 20px; } }`);
    document.adoptedStyleSheets = [own];
  };
  // The body's classes must be there before the page's script runs, as they are in VS Code.
  new MutationObserver((_, observer) => {
    if (!(document.body as HTMLElement | null)) return;
    observer.disconnect();
    document.body.className = theme.bodyClass;
    dress();
  }).observe(document, { childList: true, subtree: true });
}
