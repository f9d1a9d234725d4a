import type { Command } from 'commander';
import { parseBytes } from '../core/byte-size';
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

export const MEMORY = [
  '--memory <size>',
  'memory that all workers may take, such as 8GB (default: what is free); weights that do not fit pass by, layer by layer',
] as const;

/** An amount of memory, in bytes. */
export function memorySize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new CommandError(`--memory takes an amount such as 8GB or 1.5 GiB, not "${text}"`, EXIT.wrongUse);
}
