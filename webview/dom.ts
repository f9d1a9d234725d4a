/** Properties set on an element; texts only ever go through textContent. */
interface Settings {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  /** Attributes, for roles and states; undefined leaves one out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
}

/** Makes an element with children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  settings: Settings = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (settings.class !== undefined) made.className = settings.class;
  if (settings.text !== undefined) made.textContent = settings.text;
  if (settings.title !== undefined) made.title = settings.title;
  for (const [name, value] of Object.entries(settings.attributes ?? {})) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Sets a text only when it differs, so that screen readers and selections are left in peace. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
