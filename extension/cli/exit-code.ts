/** Documented exit codes of the command line; scripts and CI rely on them. */
export const EXIT = {
  fine: 0,
  /** Findings of level error, or a gate (such as a perplexity limit) that was not passed. */
  findings: 1,
  /** Unknown option, missing argument, an output folder that can't be used. */
  wrongUse: 2,
  /** A checkpoint, config or text that can't be read or is not valid. */
  inputBroken: 3,
  /** Stopped by the user (Ctrl-C) or a batch system (SIGTERM): 128 + SIGINT. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that knows which exit code it means; its message is all that the user sees. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}
