import { differenceSummary, signedBytes } from '../../core/resolve/difference-text';
import { planDifference, type DtypeChange, type PlanDifference } from '../../core/resolve/plan-difference';
import { EXIT, type ExitCode } from '../exit-code';
import { parseRevision, readRevision } from '../git-file';
import { openPolicy, openPolicyText, refuseErrors, requireCheckpoint, type OpenedPolicy } from '../open-policy';
import { CHECKPOINT, JSON_OUT, type Declaration } from '../options';
import { formatTable } from '../table';

interface Flags {
  readonly checkpoint?: string;
  readonly exitCode: boolean;
  readonly tensors: boolean;
  readonly json: boolean;
}

/** `downcast diff`: what a change of a policy changes, by tensors and bytes instead of by lines. */
export function declareDiff(declaration: Declaration): void {
  const { root, finish } = declaration;
  root
    .command('diff')
    .description('what sets two policies, or two revisions of one, apart: by tensors and bytes, not by lines')
    .argument('<before>', 'a *.dtype.yaml file, or REVISION:FILE as git writes it')
    .argument('<after>', 'the same')
    .option(...CHECKPOINT)
    .option('--tensors', 'list every tensor that changes', false)
    .option('--exit-code', 'exit code 1 when a tensor changes', false)
    .option(...JSON_OUT, false)
    .action(async (before: string, after: string, flags: Flags) =>
      finish(await run(before, after, flags, declaration)),
    );
}

async function run(before: string, after: string, flags: Flags, { terminal }: Declaration): Promise<ExitCode> {
  const [old, next] = [await open(before, flags.checkpoint), await open(after, flags.checkpoint)];
  for (const opened of [old, next]) refuseErrors(opened);
  const difference = planDifference(requireCheckpoint(old).plan, requireCheckpoint(next).plan);
  if (flags.json)
    terminal.out(`${JSON.stringify({ kind: 'diff', version: 1, before, after, ...difference }, null, 2)}\n`);
  else terminal.out(`${differenceText(difference, flags.tensors)}\n`);
  const differs = difference.changes.length + difference.added.length + difference.removed.length > 0;
  return differs && flags.exitCode ? EXIT.findings : EXIT.fine;
}

async function open(written: string, checkpoint: string | undefined): Promise<OpenedPolicy> {
  const revision = parseRevision(written);
  if (!revision) return openPolicy(written, checkpoint);
  return openPolicyText(revision.file, await readRevision(revision), checkpoint);
}

function differenceText(difference: PlanDifference, everyTensor: boolean): string {
  const { changes, added, removed } = difference;
  return [
    ...(changes.length > 0 ? [changeTable(changes, everyTensor), ''] : []),
    ...listed('only in the second checkpoint', added),
    ...listed('only in the first checkpoint', removed),
    differenceSummary(difference),
  ].join('\n');
}

function changeTable(changes: readonly DtypeChange[], everyTensor: boolean): string {
  return formatTable(
    [
      { heading: everyTensor ? 'tensor' : 'tensors', align: 'left' },
      { heading: 'count', align: 'right' },
      { heading: 'before', align: 'left' },
      { heading: 'after', align: 'left' },
      { heading: 'bytes', align: 'right' },
    ],
    changes.flatMap(({ template, before, after, tensors, bytesBefore, bytesAfter }) => {
      const row = [String(tensors.length), before, after, signedBytes(bytesAfter - bytesBefore)];
      if (!everyTensor) return [[tensors.length === 1 ? tensors[0]! : template, ...row]];
      return tensors.map((name) => [name, '', before, after, signedBytes((bytesAfter - bytesBefore) / tensors.length)]);
    }),
  );
}

function listed(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0
    ? []
    : [`${names.length} tensors ${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' ...' : ''}`];
}
