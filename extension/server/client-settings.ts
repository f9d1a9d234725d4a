import { DidChangeConfigurationNotification, type Connection } from 'vscode-languageserver';
import { readSettings, type Settings } from '../service/settings';
import type { ClientFeatures } from './client-features';
import { explain } from './safely';

/** The part of the editor's settings that is ours. */
const SECTION = 'downcast';

/** What the user chose, as far as the editor tells. */
export interface ClientSettings {
  current(): Settings;
}

/**
 * Settings of the editor: asked for where it can be asked, else those it sent at the start or with a change.
 * `changed` is called when they are others than before.
 */
export function createClientSettings(
  connection: Connection,
  { configuration, configurationChanges, settings }: ClientFeatures,
  changed: () => void,
): ClientSettings {
  let sent: string | undefined;
  let current: Settings = readSettings(undefined);
  const take = (value: unknown): void => {
    const text = JSON.stringify(value ?? null);
    if (text === sent) return;
    sent = text;
    const { problems, ...read } = readSettings(value);
    for (const problem of problems) connection.console.warn(`settings: ${SECTION}.findings: ${problem}`);
    current = read;
    changed();
  };
  const pull = async (): Promise<void> => {
    try {
      take(await connection.workspace.getConfiguration(SECTION));
    } catch (error) {
      connection.console.warn(`settings could not be read: ${explain(error)}`);
    }
  };
  take(settings);
  connection.onInitialized(() => {
    if (!configuration) return;
    void pull();
    if (configurationChanges) {
      void connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
    }
  });
  connection.onDidChangeConfiguration((params) => {
    const pushed = params.settings as Readonly<Record<string, unknown>> | null | undefined;
    if (configuration) void pull();
    else take(pushed?.[SECTION]);
  });
  return { current: () => current };
}
