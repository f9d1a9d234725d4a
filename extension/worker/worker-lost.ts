/** A worker died and took bytes along that it had been given: they have to be read again for a second try. */
export class WorkerLost extends Error {}

/** What is said when a second try fails like the first; `reason` says how. */
export function diedTwice(reason: string): string {
  return `the kernel worker died twice on the same piece of work, which was given up: ${reason}`;
}
