import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import type { HostName } from './hosts';
import { createNotifications, type Notifications } from './notifications';
import { createPalette, type Palette } from './palette';
import { createProblems, type Problems } from './problems';
import { createSuggestions, type Suggestions } from './suggestions';
import { createTextEditor, type TextEditor } from './text-editor';
import { createTreeView, type TreeView } from './tree-view';
import { findWebview } from './webviews';

/** Where screenshots and logs go: `artifacts` in the repository. */
export const artifactsFolder = fileURLToPath(new URL('../../../artifacts', import.meta.url));

/**
 * VS Code's window, as a person sees it. What reads, reads what is there now: wait with
 * `expect.poll`. What acts, waits until it can act.
 */
export interface Workbench {
  readonly host: HostName;
  /** The workspace on disk. In the web host edits stay in the browser's memory. */
  readonly folder: string;
  readonly palette: Palette;
  readonly editor: TextEditor;
  readonly suggestions: Suggestions;
  readonly problems: Problems;
  readonly notifications: Notifications;
  /** For what nothing here covers. */
  readonly page: Page;
  /** A tree view by its title. */
  tree(title: string): TreeView;
  /** A webview's document, by the title of its tab or view. */
  webview(title: string): Promise<Frame>;
  /** The texts of the status bar. */
  statusBar(): Promise<string[]>;
  /** Titles of the open tabs, group by group. */
  tabs(): Promise<string[]>;
  /** Clicks a button of the dialog in the middle of the window. */
  clickDialogButton(button: string): Promise<void>;
  /** Writes `artifacts/screenshots/<host>/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

/** Opens the page and waits until the workbench shows the workspace. */
export async function openWorkbench(page: Page, host: HostName, url: string, folder: string): Promise<Workbench> {
  await page.goto(url);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 90_000 });

  const palette = createPalette(page);
  return {
    host,
    folder,
    palette,
    page,
    editor: createTextEditor(page, palette),
    suggestions: createSuggestions(page),
    problems: createProblems(page, palette),
    notifications: createNotifications(page),
    tree: (title) => createTreeView(page, palette, title),
    webview: (title) => findWebview(page, title),
    async statusBar() {
      const items = await page.locator('.part.statusbar .statusbar-item:visible').allInnerTexts();
      return items.map((item) => item.trim()).filter((item) => item !== '');
    },
    tabs: () => page.locator('.tabs-container .tab .label-name').allInnerTexts(),
    clickDialogButton: (button) => page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).click(),
    async screenshot(name) {
      const folder = path.join(artifactsFolder, 'screenshots', host);
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
  };
}
