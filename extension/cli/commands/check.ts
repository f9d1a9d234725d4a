import { Option } from 'commander';
import packageJson from '../../../package.json';
import { applyEdits, preferredEdits } from '../../core/policy/apply-fixes';
import { FINDING_TITLES } from '../../core/policy/finding-titles';
import { readFindingLevels, withLevels, type FindingLevels } from '../../core/policy/severities';
import { CommandError, EXIT } from '../exit-code';
import { openPolicy, resolvePolicy, type OpenedPolicy } from '../open-policy';
import { CHECKPOINT, JSON_OUT, type Declaration } from '../options';
import { replaceFile } from '../replace-file';
import { checkedPolicy, countOf, type Checked } from '../writers/checked';
import { githubText } from '../writers/github';
import { humanText } from '../writers/human';
import { jsonText } from '../writers/json';
import { sarifText } from '../writers/sarif';

const FORMATS = ['human', 'json', 'sarif', 'github'] as const;

interface Flags {
  readonly checkpoint?: string;
  readonly format: (typeof FORMATS)[number];
  readonly json: boolean;
  readonly fix: boolean;
  readonly maxWarnings?: number;
  readonly level: FindingLevels;
}

/** Fixes can bring others within reach; this many rounds are enough for any policy a person writes. */
const ROUNDS = 10;

/** `downcast check`: findings of policies, as the editor shows them. Exit code 1 when one is an error. */
export function declareCheck({ root, terminal, finish }: Declaration): void {
  root
    .command('check')
    .description('findings of policies, as the editor shows them; exit code 1 when one is an error')
    .argument('<policies...>', '*.dtype.yaml files')
    .option(...CHECKPOINT)
    .addOption(new Option('--format <kind>', 'how findings are printed').choices(FORMATS).default('human'))
    .option('--fix', 'make every fix that needs no decision, in the files, then report what is left', false)
    .option('--max-warnings <n>', 'exit code 1 when there are more warnings', wholeNumber)
    .option(
      '--level <code=level>',
      'how loud a finding is: error, warning, information, hint or off; repeatable',
      level,
      {},
    )
    .option(...JSON_OUT, false)
    .action(async (files: readonly string[], flags: Flags) => {
      const checked: Checked[] = [];
      for (const file of files) checked.push(await check(file, flags));
      terminal.out(printed(checked, flags));
      const tooMany = flags.maxWarnings !== undefined && countOf(checked, 'warning') > flags.maxWarnings;
      finish(tooMany || countOf(checked, 'error') > 0 ? EXIT.findings : EXIT.fine);
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CommandError(`--max-warnings takes a whole number, not "${text}"`, EXIT.wrongUse);
}

/** One `--level code=level`, added to those before it. */
function level(text: string, before: FindingLevels): FindingLevels {
  const [code = '', wanted = ''] = text.split('=');
  const { levels, problems } = readFindingLevels({ [code]: wanted });
  if (!Object.hasOwn(FINDING_TITLES, code))
    throw new CommandError(`--level: there is no finding "${code}"`, EXIT.wrongUse);
  if (problems.length > 0) throw new CommandError(`--level ${problems.join('; ')}`, EXIT.wrongUse);
  return { ...before, ...levels };
}

function leveled(opened: OpenedPolicy, levels: FindingLevels): OpenedPolicy {
  return { ...opened, findings: withLevels(opened.findings, levels) };
}

async function check(file: string, { checkpoint, fix, level: levels }: Flags): Promise<Checked> {
  const opened = await openPolicy(file, checkpoint);
  if (!fix) return checkedPolicy(leveled(opened, levels), 0);
  const { last, made } = await fixed(opened);
  if (made > 0) await replaceFile(file, last.text);
  return checkedPolicy(leveled(last, levels), made);
}

/** Makes preferred fixes until none is left; the checkpoint is opened once. */
async function fixed(opened: OpenedPolicy): Promise<{ readonly last: OpenedPolicy; readonly made: number }> {
  let last = opened;
  let made = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const edits = preferredEdits(last.findings);
    if (edits.length === 0) break;
    last = await resolvePolicy(last.file, applyEdits(last.text, edits), last.opened);
    made += edits.length;
  }
  return { last, made };
}

function printed(checked: readonly Checked[], { format, json }: Flags): string {
  switch (json ? 'json' : format) {
    case 'human':
      return humanText(checked);
    case 'json':
      return jsonText(checked);
    case 'sarif':
      return sarifText(checked, packageJson.version);
    case 'github':
      return githubText(checked);
  }
}
