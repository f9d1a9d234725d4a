import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from './at-exit.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] the whole environment; the caller's own by default
 */

/**
 * Runs a program to its end, quietly.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} what it printed
 * @throws when it cannot start or exits with a failure; the message ends with its last lines
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${signal ?? code}\n${lastLines(output, 25)}`));
    });
  });
}

/**
 * @typedef {object} Service
 * @property {string} log everything it has printed so far
 * @property {(pattern: RegExp, timeoutMs: number) => Promise<void>} printed resolves once its output matches; rejects when it ends first or time is up
 * @property {() => Promise<void>} stop ends it and its children
 */

/**
 * Starts a long-running program in a process group of its own, so that its children end with it,
 * also when this process exits or is interrupted.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Service}
 */
export function startService(program, args, options = {}) {
  const child = spawn(program, [...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let log = '';
  let ended = false;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const changed = () => listeners.forEach((listener) => listener());
  const add = (/** @type {Buffer | string} */ chunk) => {
    log += chunk;
    changed();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  child.on('error', (error) => {
    ended = true;
    add(`${error.message}\n`);
  });
  const closed = new Promise((resolve) => child.on('close', resolve)).then(() => {
    ended = true;
    changed();
  });

  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    if (child.pid === undefined) return;
    try {
      // A negative id names the group: the children that outlive their parent too.
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  const forget = atExit(() => kill('SIGKILL'));

  return {
    get log() {
      return log;
    },
    printed(pattern, timeoutMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => finish(new Error(`no ${pattern} from ${program} in ${timeoutMs} ms\n${lastLines(log, 25)}`)),
          timeoutMs,
        );
        /** @param {Error} [error] */
        const finish = (error) => {
          clearTimeout(timer);
          listeners.delete(look);
          if (error) reject(error);
          else resolve();
        };
        const look = () => {
          if (pattern.test(log)) finish();
          else if (ended) finish(new Error(`${program} ended before it was ready\n${lastLines(log, 25)}`));
        };
        listeners.add(look);
        look();
      });
    },
    async stop() {
      if (!ended) {
        kill('SIGTERM');
        await Promise.race([closed, sleep(3000, undefined, { ref: false })]);
      }
      kill('SIGKILL');
      await closed;
      forget();
    },
  };
}

/**
 * @param {string} text
 * @param {number} count
 */
function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
