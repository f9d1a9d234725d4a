import type { Progress } from '../jobs/progress';
import { progressBar, type Terminal } from './terminal';

/** Runs a job to its end, drawing its progress; the bar is cleared whatever happens. */
export async function runJob<Report>(
  job: AsyncGenerator<Progress, Report, undefined>,
  terminal: Terminal,
): Promise<Report> {
  const bar = progressBar(terminal);
  try {
    for (;;) {
      const next = await job.next();
      if (next.done) return next.value;
      bar.show(next.value);
    }
  } finally {
    bar.clear();
  }
}
