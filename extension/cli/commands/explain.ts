import { explain, type Explanation } from '../../core/resolve/explain';
import { explanationText } from '../../core/resolve/explanation-text';
import { dtypeLabel } from '../../core/resolve/dtype-label';
import { nearest } from '../../core/policy/nearest';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { openPolicy, requireCheckpoint } from '../open-policy';
import { CHECKPOINT, JSON_OUT, type Declaration } from '../options';
import { sourcePositions } from '../source-position';

interface Flags {
  readonly checkpoint?: string;
  readonly json: boolean;
}

/** `downcast explain`: why a tensor gets the dtype it gets. */
export function declareExplain(declaration: Declaration): void {
  const { root, finish } = declaration;
  root
    .command('explain')
    .description('why a tensor gets its dtype: the rule that wins, those it beats, what it must agree with')
    .argument('<policy>', 'a *.dtype.yaml file')
    .argument('<tensor>', 'its whole name')
    .option(...CHECKPOINT)
    .option(...JSON_OUT, false)
    .action(async (file: string, tensor: string, flags: Flags) => finish(await run(file, tensor, flags, declaration)));
}

async function run(file: string, name: string, flags: Flags, { terminal }: Declaration): Promise<ExitCode> {
  const opened = await openPolicy(file, flags.checkpoint);
  const { plan, path } = requireCheckpoint(opened);
  const explanation = explain(name, plan, opened.policy, opened.findings);
  if (!explanation) {
    const names = nearest(
      name,
      plan.tree.tensors.map((tensor) => tensor.name),
      3,
    );
    const advice = names.length > 0 ? `; nearest: ${names.join(', ')}` : '';
    throw new CommandError(`${path}: holds no tensor "${name}"${advice}`, EXIT.wrongUse);
  }
  const position = sourcePositions(opened.text);
  const line = (offset: number): number => position(offset).line;
  terminal.out(
    flags.json
      ? `${JSON.stringify(explainJson(file, path, explanation, line), null, 2)}\n`
      : explanationText(explanation, opened.policy, line),
  );
  return EXIT.fine;
}

/** Shape of `--json`: schemas/explain.schema.json. */
function explainJson(
  policy: string,
  checkpoint: string,
  { planned, rules, group, findings }: Explanation,
  line: (offset: number) => number,
): object {
  const { tensor, treatment, decider, bytesBefore, bytesAfter } = planned;
  const { name, dtype, shape, role } = tensor;
  return {
    kind: 'explain',
    version: 1,
    policy,
    checkpoint,
    tensor: { name, dtype, shape, role, layer: tensor.layer ?? null, expert: tensor.expert ?? null },
    after: dtypeLabel(planned),
    bytesBefore,
    bytesAfter,
    ...(treatment.kind === 'cast' ? { cast: treatment.cast, parts: treatment.parts } : { keep: treatment.reason }),
    rule: decider.kind === 'rule' ? decider.index : null,
    rules: rules.map(({ rule, verdict }) => {
      return { rule: rule.index, line: line(rule.range.start), dtype: rule.dtype?.value ?? null, verdict };
    }),
    group: group ?? null,
    findings: findings.map(({ code, severity, message }) => ({ code, severity, message })),
  };
}
