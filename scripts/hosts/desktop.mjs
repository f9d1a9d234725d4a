import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * @typedef {object} DesktopOptions
 * @property {string} folder the workspace
 * @property {string} extensionDir an unpacked extension, loaded in development mode
 */

/**
 * Opens the person's own VS Code with the extension in development mode, and returns once the
 * window was asked for. `DOWNCAST_CODE` names another program than `code`.
 * @param {DesktopOptions} options
 * @returns {Promise<void>}
 */
export async function openDesktop({ folder, extensionDir }) {
  const program = process.env.DOWNCAST_CODE || 'code';
  const args = ['--new-window', `--extensionDevelopmentPath=${resolve(extensionDir)}`, resolve(folder)];
  await new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: 'inherit', shell: process.platform === 'win32' });
    child.once('error', (error) =>
      failed('code' in error && error.code === 'ENOENT' ? new Error(missing(program)) : error),
    );
    child.once('close', (code) =>
      code === 0
        ? done(undefined)
        : failed(new Error(code === 127 ? missing(program) : `${program} ended with ${code}`)),
    );
  });
}

/** @param {string} program */
function missing(program) {
  return (
    `${program} was not found on the PATH. In VS Code, run "Shell Command: Install 'code' command in PATH", ` +
    'or set DOWNCAST_CODE to the program, or start without --desktop to use VS Code in a browser.'
  );
}
