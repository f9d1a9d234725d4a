import { rmSync } from 'node:fs';

/** @type {Set<() => void>} */
const endings = new Set();

/**
 * Registers work to be done when this process exits, in whatever way it can notice.
 * @param {() => void} ending must not wait for anything
 * @returns {() => void} takes it back
 */
export function atExit(ending) {
  if (endings.size === 0) watchForExit();
  endings.add(ending);
  return () => endings.delete(ending);
}

/**
 * Removes a folder when this process exits; for temporary folders.
 * @param {string} folder
 * @returns {() => void} removes it now instead
 */
export function removeAtExit(folder) {
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const forget = atExit(remove);
  return () => {
    forget();
    remove();
  };
}

let watching = false;

function watchForExit() {
  if (watching) return;
  watching = true;
  const endAll = () => {
    // Last in, first out: a program ends before the folder it writes to goes.
    for (const ending of [...endings].reverse()) {
      try {
        ending();
      } catch {
        // The others still have their turn.
      }
    }
    endings.clear();
  };
  process.on('exit', endAll);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
  }
}
