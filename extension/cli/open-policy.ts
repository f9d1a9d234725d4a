import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointFolder } from '../core/checkpoint/byte-source';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import { BUILT_IN_FORMATS } from '../core/formats/registry';
import { extendPolicy, type ReadBase } from '../core/policy/extend';
import type { Finding } from '../core/policy/finding';
import { parsePolicy } from '../core/policy/parse';
import type { Policy } from '../core/policy/policy';
import type { Plan } from '../core/resolve/plan';
import { resolve } from '../core/resolve/resolve';
import { nodeFolder } from '../files/node-folder';
import { CommandError, EXIT } from './exit-code';

/** A checkpoint on disk, opened: headers only. */
export interface OpenedCheckpoint {
  readonly path: string;
  readonly folder: CheckpointFolder;
  readonly checkpoint: Checkpoint;
}

/** A policy file with everything that follows from it without reading a weight. */
export interface OpenedPolicy {
  readonly file: string;
  readonly text: string;
  readonly policy: Policy;
  /** Of the text alone, then of the plan. */
  readonly findings: readonly Finding[];
  /** Undefined for a policy that names no checkpoint (and none was given on the command line). */
  readonly opened: (OpenedCheckpoint & { readonly plan: Plan }) | undefined;
}

export async function openCheckpointAt(place: string): Promise<OpenedCheckpoint> {
  try {
    const { folder, file } = await nodeFolder(place);
    return { path: place, folder, checkpoint: await openCheckpoint(folder, file) };
  } catch (error) {
    throw new CommandError(messageOf(error), EXIT.inputBroken);
  }
}

/** Reads, parses and resolves a policy; `checkpoint` overrides the one that the file names. */
export async function openPolicy(file: string, checkpoint: string | undefined): Promise<OpenedPolicy> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`${file}: can't be read: ${messageOf(error)}`, EXIT.inputBroken);
  }
  return openPolicyText(file, text, checkpoint);
}

/** The same for a text that `file` holds, or held once. */
export async function openPolicyText(
  file: string,
  text: string,
  checkpoint: string | undefined,
): Promise<OpenedPolicy> {
  const { checkpoint: written } = parsePolicy(text, BUILT_IN_FORMATS).policy;
  const named = written?.value;
  const place = checkpoint ?? (named === undefined ? undefined : path.resolve(path.dirname(file), named));
  return resolvePolicy(file, text, place === undefined ? undefined : await openCheckpointAt(place));
}

/** A policy that another one extends. */
const readBase: ReadBase = async (written, from) => {
  const id = path.resolve(path.dirname(from), written);
  return { id, text: await readFile(id, 'utf8') };
};

/** A policy's text against a checkpoint that is open already. */
export async function resolvePolicy(
  file: string,
  text: string,
  opened: OpenedCheckpoint | undefined,
): Promise<OpenedPolicy> {
  const own = parsePolicy(text, BUILT_IN_FORMATS);
  const { policy, findings } = await extendPolicy(text, path.resolve(file), own, BUILT_IN_FORMATS, readBase);
  if (!opened) return { file, text, policy, findings, opened };
  const plan = resolve(policy, opened.checkpoint.tree, BUILT_IN_FORMATS);
  return { file, text, policy, findings: [...findings, ...plan.findings], opened: { ...opened, plan } };
}

/** For commands that need the tensors. */
export function requireCheckpoint(opened: OpenedPolicy): OpenedCheckpoint & { readonly plan: Plan } {
  if (opened.opened) return opened.opened;
  throw new CommandError(
    `${opened.file}: names no checkpoint; add "checkpoint: PATH" to it or give --checkpoint PATH`,
    EXIT.wrongUse,
  );
}

/** For commands that must not run on a policy with errors: prints nothing itself. */
export function refuseErrors(opened: OpenedPolicy): void {
  const errors = opened.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new CommandError(
    `${opened.file}: ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; first: ${errors[0]!.message}\nRun "downcast check ${opened.file}" to see them all.`,
    EXIT.findings,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
