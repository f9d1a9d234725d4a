import path from 'node:path';
import { formatBits, formatBytes } from '../../core/byte-size';
import { formatSeconds } from '../../core/duration';
import { openWeights } from '../../core/checkpoint/weights';
import { nodeDigest } from '../../files/node-digest';
import { createNodeOutput } from '../../files/node-output';
import { apply as applyJob } from '../../jobs/apply';
import type { ApplyReport } from '../../jobs/apply-report';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { messageOf, openPolicy, refuseErrors, requireCheckpoint } from '../open-policy';
import { runJob } from '../run-job';
import type { Terminal } from '../terminal';
import { startKernelPool } from '../workers';

export interface ApplyOptions {
  readonly json: boolean;
  readonly checkpoint: string | undefined;
  readonly out: string;
  readonly replace: boolean;
  readonly workers: number | undefined;
  readonly signal: AbortSignal;
}

/** `downcast apply`: writes the cast checkpoint, read back and compared with the plan. */
export async function apply(file: string, options: ApplyOptions, terminal: Terminal): Promise<ExitCode> {
  const opened = await openPolicy(file, options.checkpoint);
  const { plan, checkpoint, folder, path: source } = requireCheckpoint(opened);
  refuseErrors(opened);
  const id = nodeDigest();
  id.update(new TextEncoder().encode(opened.text));
  const output = await createNodeOutput({
    path: path.resolve(options.out),
    id: id.hex().slice(0, 12),
    requiredBytes: plan.bytesAfter,
    inputs: [source],
    replace: options.replace,
  }).catch((error: unknown) => {
    throw new CommandError(messageOf(error), EXIT.wrongUse);
  });
  const pool = await startKernelPool(options.workers);
  const weights = openWeights(folder);
  try {
    const report = await runJob(
      applyJob({
        checkpoint,
        plan,
        policy: { name: path.basename(file), text: opened.text },
        source: { pool, read: weights.read },
        folder,
        output,
        createDigest: nodeDigest,
        now: () => performance.now(),
        signal: options.signal,
      }),
      terminal,
    );
    if (options.json) {
      const printed = { kind: 'apply', version: 1, policy: file, checkpoint: source, ...report };
      terminal.out(`${JSON.stringify(printed, null, 2)}\n`);
    } else terminal.out(`${applyText(report)}\n`);
    return EXIT.fine;
  } finally {
    await weights.close();
    await pool.dispose();
  }
}

function applyText(report: ApplyReport): string {
  const cast = report.tensors.filter(({ relativeError }) => relativeError !== null);
  const worst = cast.reduce(
    (a, b) => ((b.relativeError ?? 0) > (a.relativeError ?? 0) ? b : a),
    cast[0] ?? report.tensors[0]!,
  );
  const saturated = report.tensors.reduce((sum, tensor) => sum + tensor.saturated, 0);
  return [
    `wrote ${report.output}`,
    `${formatBytes(report.bytesBefore)} -> ${formatBytes(report.bytesAfter)}, ${formatBits(report.bitsPerWeight)} bits per weight, in ${formatSeconds(report.seconds)}`,
    `${cast.length} of ${report.tensors.length} tensors cast${cast.length > 0 ? `; largest relative error ${(worst.relativeError ?? 0).toPrecision(3)} (${worst.name}, ${worst.dtype})` : ''}${saturated > 0 ? `; ${saturated} values saturated` : ''}`,
    `${report.verified.storedTensors} stored tensors read back: equal to the plan`,
    report.loader.note,
  ].join('\n');
}
