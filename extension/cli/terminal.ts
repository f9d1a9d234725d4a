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
/** Between two lines of a log. */
const LOG_MS = 30_000;
const BAR_CELLS = 24;

/** A bar that redraws itself on a terminal; elsewhere (logs and pipes) a line now and then. */
export function progressBar(terminal: Terminal): ProgressBar {
  let phase = '';
  let started = 0;
  let shown = terminal.interactive ? -Infinity : terminal.now();
  return {
    show(progress) {
      const now = terminal.now();
      const entered = progress.phase !== phase;
      if (entered) {
        phase = progress.phase;
        started = now;
      }
      if (terminal.interactive) {
        if (!entered && now - shown < REDRAW_MS && progress.done < progress.total) return;
        terminal.err(`\r\u001b[K${progressLine(progress, now - started).slice(0, terminal.columns - 1)}`);
      } else {
        if (now - shown < LOG_MS) return;
        terminal.err(`${progressText(progress, now - started)}\n`);
      }
      shown = now;
    },
    clear: () => {
      if (terminal.interactive) terminal.err('\r\u001b[K');
    },
  };
}

/** One line: phase, bar, share, amount, time left, detail. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const filled = Math.round(shareOf(progress) * BAR_CELLS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  return progressText({ ...progress, phase: `${progress.phase} ${bar}` }, elapsedMs);
}

/** The same without the bar. */
function progressText(progress: Progress, elapsedMs: number): string {
  const { phase, done, total, unit, detail } = progress;
  const amount = unit === 'bytes' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total} ${unit}`;
  const seconds = secondsLeft(done, total, elapsedMs);
  const left = seconds === undefined ? '' : `, ${formatSeconds(seconds)} left`;
  return `${phase} ${Math.floor(shareOf(progress) * 100)}% ${amount}${left}  ${detail}`;
}

function shareOf({ done, total }: Progress): number {
  return total === 0 ? 1 : done / total;
}
