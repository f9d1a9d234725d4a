/** Seconds for people: `8 s`, `2 min 5 s`, `1 h 20 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Seconds left of a phase of work if it goes on as fast; undefined while too little is done to say, and at the end. */
export function secondsLeft(done: number, total: number, elapsedMs: number): number | undefined {
  const share = total === 0 ? 1 : done / total;
  return share > 0.02 && share < 1 ? (elapsedMs / 1000) * (1 / share - 1) : undefined;
}
