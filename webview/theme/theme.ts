import type { Tone } from './palette';

/** What canvas drawing needs of the editor's theme; elements take theirs from the style sheet. */
export interface Theme {
  readonly tone: Tone;
  readonly highContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly focus: string;
  readonly rule: string;
  readonly fontFamily: string;
}

/** Reads the theme VS Code put on the page: its kind from the body's classes, its colours from variables. */
export function readTheme(body: HTMLElement): Theme {
  const classes = body.classList;
  // In high contrast light, older VS Codes set both high-contrast classes.
  const light = classes.contains('vscode-light') || classes.contains('vscode-high-contrast-light');
  const highContrast = classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light');
  const style = getComputedStyle(body);
  const variable = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const foreground = variable('--vscode-foreground', light ? '#3b3b3b' : '#cccccc');
  return {
    tone: light ? 'light' : 'dark',
    highContrast,
    background: variable('--vscode-editor-background', light ? '#ffffff' : '#1f1f1f'),
    foreground,
    muted: variable('--vscode-descriptionForeground', foreground),
    focus: variable('--vscode-focusBorder', foreground),
    rule: variable('--vscode-contrastBorder', variable('--vscode-panel-border', foreground)),
    fontFamily: style.fontFamily || 'sans-serif',
  };
}

/** Calls back when the user changes the colour theme. */
export function watchTheme(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
