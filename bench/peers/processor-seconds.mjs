import { readFileSync, readdirSync } from 'node:fs';

/** Ticks of /proc a second: 100 wherever Linux runs Node. */
const TICKS = 100;

/**
 * Processor time of this process and of all that it started, in seconds; undefined where there is no /proc. What ended
 * meanwhile counts no more, so only programs that stay can be timed.
 */
export function processorSeconds() {
  if (process.platform !== 'linux') return undefined;
  const processes = new Map();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${id}/stat`, 'latin1');
      // The name, in parentheses, may hold anything.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      processes.set(Number(id), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It has just ended.
    }
  }
  const isOurs = (id) => id !== undefined && (id === process.pid || isOurs(processes.get(id)?.parent));
  let ticks = 0;
  for (const [id, one] of processes) if (isOurs(id)) ticks += one.ticks;
  return ticks / TICKS;
}
