/** How many of the `asked` workers there is memory for, at least one. Each takes `bytes`; `machine` may be unknown. */
export function modelWorkerCount(asked: number, bytes: number, machine: number | undefined): number {
  if (machine === undefined || bytes <= 0) return Math.max(1, asked);
  return Math.max(1, Math.min(asked, Math.floor(machine / bytes)));
}
