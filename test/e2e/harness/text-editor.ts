import type { Locator, Page } from 'playwright-core';
import { chooseWithArrows } from './arrow-keys';
import type { Palette } from './palette';

/** The text editor that has the focus, or had it last. */
export interface TextEditor {
  /** Opens a file of the workspace by its path inside it, as `policies/a.dtype.yaml`. */
  open(path: string): Promise<void>;
  /** Selects a piece of one line, its first occurrence unless told another. */
  select(text: string, occurrence?: number): Promise<void>;
  placeCursorBefore(text: string, occurrence?: number): Promise<void>;
  placeCursorAfter(text: string, occurrence?: number): Promise<void>;
  /** Types as a person does: suggestions open, pairs close, lines indent. */
  type(text: string): Promise<void>;
  press(key: string): Promise<void>;
  /** Replaces the whole text, as pasting over everything does. */
  replaceAll(text: string): Promise<void>;
  save(): Promise<void>;
  /** The lines in view, without the inlay hints in them. */
  visibleText(): Promise<string>;
  /** The hover at the first character of a piece of text. */
  hoverAt(text: string, occurrence?: number): Promise<string>;
  /** The code lenses in view, from the top. */
  codeLenses(): Promise<string[]>;
  clickCodeLens(text: string): Promise<void>;
  /** The inlay hints in view, from the top. */
  inlayHints(): Promise<string[]>;
  /** The quick fixes and refactorings offered at a piece of text, by title. */
  actionsAt(text: string, occurrence?: number): Promise<string[]>;
  /** Applies one of them. */
  applyAction(text: string, title: string, occurrence?: number): Promise<void>;
}

/** What takes the keys, in VS Code versions with and without the EditContext API. */
const textInput = '.native-edit-context, textarea.inputarea';

/** Only text that is not the document's has a style rule made for it. */
const inlayHint = '[class*="dyn-rule"]';

async function comesToView(locator: Locator): Promise<boolean> {
  return locator.waitFor({ state: 'visible', timeout: 5000 }).then(
    () => true,
    () => false,
  );
}

export function createTextEditor(page: Page, palette: Palette): TextEditor {
  const group = page.locator('.editor-group-container.active');
  const editor = group.locator('.editor-instance .monaco-editor').first();
  const input = editor.locator(textInput).first();
  const find = page.locator('.find-widget.visible');

  async function select(text: string, occurrence = 1): Promise<void> {
    const box = find.locator('.find-part textarea.input, .find-part input.input').first();
    // A list of actions that opens late takes the keys: it is closed, and asked again.
    for (let tries = 0; ; tries++) {
      await input.focus();
      await page.keyboard.press('ControlOrMeta+Home');
      await page.keyboard.press('ControlOrMeta+f');
      if (await comesToView(box)) break;
      if (tries === 3) throw new Error('the editor does not open its search');
      await page.keyboard.press('Escape');
    }
    const matchCase = find.locator('[aria-label^="Match Case"]');
    if ((await matchCase.getAttribute('aria-checked')) !== 'true') await matchCase.click();
    // From empty, so that it moves to the first match also when it already held this text.
    await box.fill('');
    await box.fill(text);
    // The count reads "2 of 3", or "No results"; it lags behind the input.
    const count = find.locator('.matchesCount');
    await count
      .filter({ hasText: /\d+ of \d+/ })
      .waitFor({ timeout: 5000 })
      .catch(() => {
        throw new Error(`the editor does not hold "${text}"`);
      });
    await box.focus();
    for (let current = 1; current < occurrence; current++) await page.keyboard.press('Enter');
    if (occurrence > 1) await count.filter({ hasText: `${occurrence} of ` }).waitFor({ timeout: 5000 });
    await page.keyboard.press('Escape');
    await find.waitFor({ state: 'hidden' });
  }

  async function placeCursorBefore(text: string, occurrence?: number): Promise<void> {
    await select(text, occurrence);
    await page.keyboard.press('ArrowLeft');
  }

  async function openActions(text: string, occurrence?: number): Promise<Locator> {
    const rows = page.locator('.action-widget .monaco-list-row.action');
    // On a busy machine the first key comes before there is an action to offer.
    for (let tries = 0; tries < 4; tries++) {
      await placeCursorBefore(text, occurrence);
      await page.keyboard.press('ControlOrMeta+.');
      if (await comesToView(rows.first())) return rows;
      await page.keyboard.press('Escape');
    }
    throw new Error(`no action is offered at "${text}"`);
  }

  return {
    select,
    placeCursorBefore,
    async open(path) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      await palette.pick(path, name);
      await group.locator('.tab.active').filter({ hasText: name }).waitFor();
      await editor.locator('.view-line').first().waitFor();
      await input.focus();
    },
    async placeCursorAfter(text, occurrence) {
      await select(text, occurrence);
      await page.keyboard.press('ArrowRight');
    },
    type: (text) => page.keyboard.type(text, { delay: 15 }),
    press: (key) => page.keyboard.press(key),
    async replaceAll(text) {
      await input.focus();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(text);
    },
    async save() {
      await page.keyboard.press('ControlOrMeta+s');
      await group.locator('.tab.active:not(.dirty)').waitFor();
    },
    async visibleText() {
      const lines = await editor.locator('.view-lines .view-line').evaluateAll(
        (elements, hints) =>
          elements
            .map((element) => {
              const line = element.cloneNode(true) as Element;
              for (const hint of line.querySelectorAll(hints)) hint.remove();
              return { top: element.getBoundingClientRect().top, text: line.textContent };
            })
            .sort((a, b) => a.top - b.top)
            .map((line) => line.text),
        inlayHint,
      );
      return plain(lines.join('\n'));
    },
    async hoverAt(text, occurrence) {
      await placeCursorBefore(text, occurrence);
      await page.keyboard.press('ControlOrMeta+k');
      await page.keyboard.press('ControlOrMeta+i');
      const hover = page.locator('[widgetid="editor.contrib.resizableContentHoverWidget"] .monaco-hover:visible');
      await hover
        .filter({ hasText: /\S/ })
        .filter({ hasNotText: /^\s*Loading\.\.\.\s*$/ })
        .waitFor();
      const said = plain(await hover.innerText());
      await page.keyboard.press('Escape');
      await hover.waitFor({ state: 'hidden' });
      return said;
    },
    async codeLenses() {
      const lenses = page.locator('.editor-instance .codelens-decoration:visible');
      const tops = await lenses.evaluateAll((elements) =>
        elements
          .map((element) => ({
            top: element.getBoundingClientRect().top,
            texts: [...element.children].map((child) => child.textContent),
          }))
          .sort((a, b) => a.top - b.top),
      );
      return tops
        .flatMap((lens) => lens.texts)
        .map((text) => plain(text).trim())
        .filter((text) => text !== '|' && text !== '');
    },
    async clickCodeLens(text) {
      const lens = page.locator('.codelens-decoration', { hasText: text });
      // An editor without the focus can show remembered lenses, which do nothing until it has it.
      await page.locator('.editor-instance', { has: lens }).first().locator(textInput).first().focus();
      await lens.locator('a', { hasText: text }).first().click();
    },
    async inlayHints() {
      const hints = editor.locator(`.view-lines ${inlayHint}`);
      const texts = await hints.evaluateAll((elements) =>
        elements
          .map((element) => ({ box: element.getBoundingClientRect(), text: element.textContent }))
          .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
          .map((hint) => hint.text),
      );
      return texts.map((text) => plain(text).trim()).filter((text) => text !== '');
    },
    async actionsAt(text, occurrence) {
      const titles = await (await openActions(text, occurrence)).locator('.title').allInnerTexts();
      await page.keyboard.press('Escape');
      return titles.map((title) => plain(title).trim());
    },
    async applyAction(text, title, occurrence) {
      await openActions(text, occurrence);
      await chooseWithArrows(page, page.locator('.action-widget .monaco-list-row.focused .title'), title);
      await page.locator('.action-widget').first().waitFor({ state: 'hidden' });
    },
  };
}

/** The workbench draws spaces as no-break spaces, and joins words with zero-width ones. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ').replaceAll(/[\u200b\u200c\u200d\ufeff]/g, '');
}
