import type { Progress } from '../jobs/progress';
import { formatBytes } from '../core/byte-size';
import { formatSeconds, secondsLeft } from '../core/duration';

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
  const seconds = secondsLeft(progress.done, progress.total, elapsedMs);
  const left = seconds === undefined ? '' : `, ${formatSeconds(seconds)} left`;
  return `${progress.phase} ${bar} ${Math.floor(share * 100)}% ${amount}${left}  ${progress.detail}`;
}
