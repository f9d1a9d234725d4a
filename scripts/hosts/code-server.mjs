import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeAtExit } from './at-exit.mjs';
import { installCodeServer } from './code-server-install.mjs';
import { freePort } from './ports.mjs';
import { run, startService } from './processes.mjs';
import { quietSettings } from './settings.mjs';

/**
 * @typedef {object} CodeServerOptions
 * @property {string} folder the workspace, opened in place: edits reach the disk
 * @property {string} [extensionDir] an unpacked extension, used in place: a rebuild and a reload of the window show a change
 * @property {string} [vsix] a packed extension, instead of an unpacked one
 * @property {number} [port] 0 or nothing for any; another one is taken if it is busy
 * @property {string} [userDataDir] kept afterwards; a temporary one by default
 * @property {Readonly<Record<string, unknown>>} [settings] user settings, over the quiet ones
 * @property {(line: string) => void} [log] progress lines
 */

/**
 * @typedef {object} Host
 * @property {string} url opens the workspace in a browser
 * @property {() => Promise<void>} stop ends the server and removes its temporary folders
 * @property {string} log what the server has printed
 */

/**
 * Starts VS Code with a Node extension host, as desktop and Remote have, on 127.0.0.1; installs
 * it first if need be.
 * @param {CodeServerOptions} options
 * @returns {Promise<Host>}
 */
export async function startCodeServer(options) {
  const { node, entry } = await installCodeServer(options.log ?? console.error);
  const temporary = await mkdtemp(join(tmpdir(), 'downcast-code-server-'));
  const removeTemporary = removeAtExit(temporary);
  try {
    const userData = resolve(options.userDataDir ?? join(temporary, 'user-data'));
    // Always fresh: a list of extensions kept from another version would hide this one.
    const extensions = join(temporary, 'extensions');
    await mkdir(extensions, { recursive: true });
    await writeSettings(userData, options.settings ?? {});
    const config = join(temporary, 'config.yaml');
    await writeFile(config, 'cert: false\n');
    const folders = ['--user-data-dir', userData, '--extensions-dir', extensions, '--config', config];
    const env = environment(temporary);

    if (options.extensionDir) await placeExtension(resolve(options.extensionDir), extensions);
    if (options.vsix)
      await run(node.program, [entry, ...folders, '--install-extension', resolve(options.vsix)], { env });

    const port = await freePort(options.port);
    const service = startService(
      node.program,
      [
        entry,
        ...folders,
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--session-socket', join(temporary, 'session.sock')],
        ...[
          '--disable-telemetry',
          '--disable-update-check',
          '--disable-workspace-trust',
          '--disable-getting-started-override',
        ],
      ],
      { env },
    );
    const stop = async () => {
      await service.stop();
      removeTemporary();
    };
    try {
      await service.printed(/HTTP server listening on/, 60_000);
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      url: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(resolve(options.folder))}`,
      stop,
      get log() {
        return service.log;
      },
    };
  } catch (error) {
    removeTemporary();
    throw error;
  }
}

/**
 * Puts an unpacked extension where installed ones are.
 * @param {string} extension
 * @param {string} extensions
 */
async function placeExtension(extension, extensions) {
  const manifest = JSON.parse(await readFile(join(extension, 'package.json'), 'utf8'));
  const place = join(extensions, `${manifest.publisher}.${manifest.name}-${manifest.version}`);
  await symlink(extension, place, 'dir').catch(() => cp(extension, place, { recursive: true }));
}

/**
 * @param {string} userData
 * @param {Readonly<Record<string, unknown>>} settings
 */
async function writeSettings(userData, settings) {
  const folder = join(userData, 'User');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'settings.json');
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  await writeFile(file, JSON.stringify({ ...quietSettings, ...kept, ...settings }, undefined, 2));
}

/**
 * The caller's environment, less what would make code-server believe it runs inside a VS Code
 * terminal, and with its home-folder leftovers led into the temporary folder.
 * @param {string} temporary
 */
function environment(temporary) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...process.env,
    XDG_DATA_HOME: join(temporary, 'xdg-data'),
    XDG_CACHE_HOME: join(temporary, 'xdg-cache'),
  };
  for (const name in env) if (/^VSCODE_|^ELECTRON_|^NODE_OPTIONS$|^VITEST/.test(name)) delete env[name];
  return env;
}
