import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { withDefined } from '../core/formats/defined-format';
import type { FormatTable } from '../core/formats/format-table';
import { finding, type Finding } from '../core/policy/finding';
import { extendPolicy, type ReadBase } from '../core/policy/extend';
import { parsePolicy, type ParsedPolicy } from '../core/policy/parse';
import type { Policy } from '../core/policy/policy';
import type { SyntaxCache } from '../core/policy/syntax-tree';
import type { MatchCache } from '../core/resolve/match-cache';
import type { Plan } from '../core/resolve/plan';
import { resolve } from '../core/resolve/resolve';
import { createBrokenTexts } from './broken-texts';
import { resolveReference } from './reference';
import type { Workspace } from './workspace';

/** One version of a policy's text, parsed. */
export interface Snapshot extends ParsedPolicy {
  /** The text at that version: does not change while an answer is being made. */
  readonly document: TextDocument;
  /** Formats that it may name: the built-in ones and its own. */
  readonly formats: FormatTable;
  /** Where its checkpoint is; undefined without one, or when nothing says where a relative path starts. */
  readonly checkpointUri: string | undefined;
}

/** The checkpoint that a policy names, as far as it could be opened. */
export type LinkedCheckpoint =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'open'; readonly uri: string; readonly checkpoint: Checkpoint };

/** A policy with everything that follows from it and its checkpoint's headers. */
export interface Analysis {
  readonly snapshot: Snapshot;
  readonly checkpoint: LinkedCheckpoint;
  /** Undefined while there is no open checkpoint. */
  readonly plan: Plan | undefined;
  /** Of the text, the checkpoint and the plan, in that order. */
  readonly findings: readonly Finding[];
}

/** Parsed and resolved policies, each at most once for a version of its text and an opened checkpoint. */
export interface Analyses {
  snapshot(document: TextDocument): Snapshot;
  checkpointOf(snapshot: Snapshot): Promise<LinkedCheckpoint>;
  of(document: TextDocument): Promise<Analysis>;
  /** Forgets a document that was closed. */
  forget(uri: string): void;
}

interface Known {
  readonly snapshot: Snapshot;
  /** With what it extends, for the texts of these. */
  extended: { readonly bases: string; readonly snapshot: Snapshot } | undefined;
  /** The plan for the checkpoint and the policy it was made with. */
  resolved: { readonly checkpoint: Checkpoint; readonly policy: Policy; readonly plan: Plan } | undefined;
}

export function createAnalyses(
  workspace: Workspace,
  formats: FormatTable,
  matches: MatchCache,
  syntax: SyntaxCache,
): Analyses {
  const known = new Map<string, Known>();
  const broken = createBrokenTexts();

  const knownOf = (document: TextDocument): Known => {
    const before = known.get(document.uri);
    if (before?.snapshot.document.version === document.version) return before;
    const { uri, languageId, version } = document;
    const copy = TextDocument.create(uri, languageId, version, document.getText());
    const parsed = broken.guard(uri, version, () => parsePolicy(copy.getText(), formats, syntax));
    const written = parsed.policy.checkpoint?.value;
    const checkpointUri = written === undefined ? undefined : resolveReference(uri, written, workspace.root);
    const fresh: Known = {
      snapshot: { ...parsed, formats: withDefined(formats, parsed.policy.formats), document: copy, checkpointUri },
      resolved: undefined,
      extended: undefined,
    };
    known.set(uri, fresh);
    return fresh;
  };

  /** Open policies are read as the editor has them. */
  const readBase: ReadBase = async (written, from) => {
    const id = resolveReference(from, written, workspace.root);
    if (id === undefined) throw new Error('save the policy first: a relative path starts from its folder');
    const open = [...workspace.documents()].find(({ uri }) => uri === id);
    return { id, text: open?.getText() ?? (await workspace.readText(id)) };
  };

  /** The same object as long as the policy and those it extends stay the same, so that its plan is kept. */
  const extended = async (entry: Known): Promise<Snapshot> => {
    const { snapshot } = entry;
    if (!snapshot.policy.extends) return snapshot;
    const { document } = snapshot;
    const texts: string[] = [];
    const read: ReadBase = async (written, from) => {
      const base = await readBase(written, from);
      texts.push(base.id, base.text);
      return base;
    };
    const parsed = await extendPolicy(document.getText(), document.uri, snapshot, formats, read, syntax);
    const bases = JSON.stringify(texts);
    if (entry.extended?.bases !== bases) {
      const whole = { ...snapshot, ...parsed, formats: withDefined(formats, parsed.policy.formats) };
      entry.extended = { bases, snapshot: whole };
    }
    return entry.extended.snapshot;
  };

  const checkpointOf = async ({ policy, checkpointUri: uri }: Snapshot): Promise<LinkedCheckpoint> => {
    if (!policy.checkpoint) return { kind: 'none' };
    if (uri === undefined) {
      return { kind: 'failed', message: 'save the policy first: a relative path starts from its folder' };
    }
    try {
      return { kind: 'open', uri, checkpoint: await workspace.openCheckpoint(uri) };
    } catch (error) {
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  };

  return {
    snapshot: (document) => knownOf(document).snapshot,
    checkpointOf,
    async of(document) {
      const entry = knownOf(document);
      const snapshot = await extended(entry);
      const linked = await checkpointOf(snapshot);
      if (linked.kind !== 'open') {
        const findings = [...snapshot.findings, ...checkpointFindings(snapshot, linked)];
        return { snapshot, checkpoint: linked, plan: undefined, findings };
      }
      const { checkpoint } = linked;
      const { policy } = snapshot;
      if (entry.resolved?.checkpoint !== checkpoint || entry.resolved.policy !== policy) {
        entry.resolved = { checkpoint, policy, plan: resolve(policy, checkpoint.tree, formats, matches) };
      }
      const { plan } = entry.resolved;
      const findings = [...snapshot.findings, ...checkpointFindings(snapshot, linked), ...plan.findings];
      return { snapshot, checkpoint: linked, plan, findings };
    },
    forget: (uri) => known.delete(uri),
  };
}

/** What the opening of the checkpoint has to say, at the path that names it. */
function checkpointFindings({ policy }: Snapshot, linked: LinkedCheckpoint): readonly Finding[] {
  if (!policy.checkpoint) return [];
  const { range } = policy.checkpoint;
  switch (linked.kind) {
    case 'none':
      return [];
    case 'failed':
      return [finding('checkpoint', 'error', range, linked.message)];
    case 'open':
      return linked.checkpoint.warnings.map((message) => finding('checkpoint', 'warning', range, message));
  }
}
