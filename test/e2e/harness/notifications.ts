import type { Page } from 'playwright-core';

export interface Notification {
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly buttons: readonly string[];
  /** Whether it carries a progress bar that is running. */
  readonly running: boolean;
}

/** The notifications at the lower right corner. */
export interface Notifications {
  /** Those in view. They leave by themselves after a while unless they have buttons. */
  read(): Promise<Notification[]>;
  /** Waits for a notification with this text and clicks one of its buttons. */
  click(text: string, button: string): Promise<void>;
  dismissAll(): Promise<void>;
}

export function createNotifications(page: Page): Notifications {
  const toasts = page.locator('.notification-toast');

  return {
    read: () =>
      toasts.evaluateAll((elements): Notification[] =>
        elements.map((element) => {
          const icon = element.querySelector('.notification-list-item-icon')?.classList;
          return {
            severity: icon?.contains('codicon-error')
              ? 'error'
              : icon?.contains('codicon-warning')
                ? 'warning'
                : 'info',
            message: element.querySelector('.notification-list-item-message')?.textContent ?? '',
            buttons: [...element.querySelectorAll('.monaco-text-button')].map((button) => button.textContent),
            running: element.querySelector('.monaco-progress-container.active') !== null,
          };
        }),
      ),
    async click(text, button) {
      const toast = toasts.filter({ hasText: text }).first();
      await toast.waitFor();
      await toast.locator('.monaco-text-button', { hasText: button }).click();
    },
    async dismissAll() {
      const clear = toasts.locator('.codicon-notifications-clear');
      while ((await clear.count()) > 0) {
        await toasts.first().hover();
        await clear.first().click();
      }
    },
  };
}
