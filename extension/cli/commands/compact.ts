import { compactPolicy } from '../../core/compact/compact-policy';
import { BUILT_IN_FORMATS } from '../../core/formats/registry';
import { parsePolicy } from '../../core/policy/parse';
import { EXIT, type ExitCode } from '../exit-code';
import { openPolicy, refuseErrors, requireCheckpoint } from '../open-policy';
import { CHECKPOINT, JSON_OUT, type Declaration } from '../options';
import { replaceFile } from '../replace-file';

interface Flags {
  readonly checkpoint?: string;
  readonly write: boolean;
  readonly json: boolean;
}

/** `downcast compact`: the same resolution in fewer rules. */
export function declareCompact(declaration: Declaration): void {
  const { root, finish } = declaration;
  root
    .command('compact')
    .description('the same dtype for every tensor in fewer rules; comments among the rules are lost, reasons stay')
    .argument('<policy>', 'a *.dtype.yaml file')
    .option(...CHECKPOINT)
    .option('--write', 'change the file instead of printing it', false)
    .option(...JSON_OUT, false)
    .action(async (file: string, flags: Flags) => finish(await run(file, flags, declaration)));
}

async function run(file: string, { checkpoint, write, json }: Flags, { terminal }: Declaration): Promise<ExitCode> {
  const opened = await openPolicy(file, checkpoint);
  const { plan } = requireCheckpoint(opened);
  refuseErrors(opened);
  const compact = compactPolicy(parsePolicy(opened.text, BUILT_IN_FORMATS), plan, BUILT_IN_FORMATS);
  const rules = opened.policy.rules.length;
  const { text, rulesAfter } = compact ?? { text: opened.text, rulesAfter: rules };
  if (write && compact) await replaceFile(file, text);
  if (json)
    terminal.out(
      `${JSON.stringify({ kind: 'compact', version: 1, policy: file, rulesBefore: rules, rulesAfter, text }, null, 2)}\n`,
    );
  else if (!write) terminal.out(text);
  terminal.err(
    compact ? `${file}: ${rules} rules -> ${rulesAfter}\n` : `${file}: its ${rules} rules can't be made fewer\n`,
  );
  return EXIT.fine;
}
