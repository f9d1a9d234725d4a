import type { Progress } from '../jobs/progress';
import { formatBytes } from '../core/byte-size';

/** Where a command writes: results to `out`, everything else to `err`, so that `--json | jq` works. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is a terminal on which a line can be rewritten. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Milliseconds, monotonic. */
  now(): number;
}

export interface ProgressBar {
  show(progress: Progress): void;
  clear(): void;
}

const REDRAW_MS = 80;
const BAR_CELLS = 24;

/** A bar that redraws itself on a terminal and stays silent elsewhere (logs and pipes). */
export function progressBar(terminal: Terminal): ProgressBar {
  if (!terminal.interactive) return { show: () => undefined, clear: () => undefined };
  let phase = '';
  let started = 0;
  let drawn = -Infinity;
  return {
    show(progress) {
      const now = terminal.now();
      if (progress.phase !== phase) {
        phase = progress.phase;
        started = now;
      } else if (now - drawn < REDRAW_MS && progress.done < progress.total) return;
      drawn = now;
      terminal.err(`\r\u001b[K${progressLine(progress, now - started).slice(0, terminal.columns - 1)}`);
    },
    clear: () => terminal.err('\r\u001b[K'),
  };
}

/** One line: phase, bar, share, amount, time left, detail. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const share = progress.total === 0 ? 1 : progress.done / progress.total;
  const filled = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  const amount =
    progress.unit === 'bytes'
      ? `${formatBytes(progress.done)} of ${formatBytes(progress.total)}`
      : `${progress.done} of ${progress.total} ${progress.unit}`;
  const left = share > 0.02 && share < 1 ? `, ${formatSeconds((elapsedMs / 1000) * (1 / share - 1))} left` : '';
  return `${progress.phase} ${bar} ${Math.floor(share * 100)}% ${amount}${left}  ${progress.detail}`;
}

/** Seconds for people: `8 s`, `2 min 5 s`, `1 h 20 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
