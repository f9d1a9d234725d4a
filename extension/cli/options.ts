import type { Command } from 'commander';
import { CommandError, EXIT, type ExitCode } from './exit-code';
import type { Terminal } from './terminal';

/** What a command is declared with: where it goes, and what its action needs. */
export interface Declaration {
  readonly root: Command;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Tells the exit code. */
  readonly finish: (code: ExitCode) => void;
}

export const CHECKPOINT = ['--checkpoint <path>', "use this checkpoint instead of the policy's own"] as const;
export const JSON_OUT = ['--json', 'print JSON as described in schemas/, nothing else, on standard output'] as const;

export const REPRODUCIBLE = ['--reproducible', 'compute the same bits on every machine, somewhat slower'] as const;

/** A whole number of at least 1, for --context and the like. */
export function positiveInteger(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1) return value;
    throw new CommandError(`${option} takes a whole number of at least 1, not "${text}"`, EXIT.wrongUse);
  };
}
