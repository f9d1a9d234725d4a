import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeLens, Command } from 'vscode-languageserver-types';
import type { TextRange } from '../../core/policy/range';
import type { Plan, RuleEffect } from '../../core/resolve/plan';
import type { Analysis } from '../analysis';
import type { Cancellation } from '../cancellation';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { beforeAfter, count } from '../wording';
import { formatBits } from '../../core/byte-size';

/** Commands of the editor that lenses call; the first argument is the policy's URI as a string. */
export const LENS_COMMANDS = {
  apply: 'downcast.apply',
  evaluate: 'downcast.evaluate',
  openHeatmap: 'downcast.openHeatmap',
  /** Second argument: index of the rule. */
  showRuleTensors: 'downcast.showRuleTensors',
} as const;

/** At the top what can be done with the policy and what it saves; above each rule what that rule does. */
export async function codeLenses(
  document: TextDocument,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly CodeLens[]> {
  const analysis = await context.analyses.of(document);
  const { plan, snapshot } = analysis;
  if (cancellation.isCancellationRequested || !plan) return [];
  const lens = (range: TextRange, command: Command): CodeLens => ({
    range: toRange(snapshot.document, range),
    command,
  });
  const top = { start: 0, end: 0 };
  return [
    ...topCommands(plan, snapshot.document.uri).map((command) => lens(top, command)),
    ...defaultLens(analysis, plan, lens),
    ...snapshot.policy.rules.flatMap(({ index, range, origin }) => {
      if (origin) return [];
      const effect = plan.rules[index];
      return effect ? [lens({ start: range.start, end: range.start }, ruleCommand(effect, snapshot.document.uri))] : [];
    }),
  ];
}

function topCommands({ bytesBefore, bytesAfter, bitsPerWeight }: Plan, uri: string): readonly Command[] {
  const total = `${beforeAfter(bytesBefore, bytesAfter)}, ${formatBits(bitsPerWeight)} bits per weight`;
  return [
    { title: 'Apply downcast', command: LENS_COMMANDS.apply, arguments: [uri] },
    { title: 'Evaluate', command: LENS_COMMANDS.evaluate, arguments: [uri] },
    { title: 'Open heatmap', command: LENS_COMMANDS.openHeatmap, arguments: [uri] },
    { title: total, command: LENS_COMMANDS.openHeatmap, arguments: [uri] },
  ];
}

function ruleCommand({ index, matched, won, bytesBefore, bytesAfter }: RuleEffect, uri: string): Command {
  return {
    title: ruleTitle(matched.length, won.length, beforeAfter(bytesBefore, bytesAfter)),
    command: LENS_COMMANDS.showRuleTensors,
    arguments: [uri, index],
  };
}

function ruleTitle(matched: number, won: number, bytes: string): string {
  if (matched === 0) return 'no tensors';
  if (won === 0) return `${count(matched, 'tensor')}, all decided by later rules`;
  if (won < matched) return `decides ${won} of ${count(matched, 'tensor')}, ${bytes}`;
  return `${count(won, 'tensor')}, ${bytes}`;
}

/** What is left for the default. Nothing can be clicked there: an empty command is drawn as plain text. */
function defaultLens(
  { snapshot }: Analysis,
  plan: Plan,
  lens: (range: TextRange, command: Command) => CodeLens,
): readonly CodeLens[] {
  const range = snapshot.policy.default?.dtype?.range;
  if (!range || range === snapshot.policy.extends?.range) return [];
  const left = plan.outcomes.filter(({ decider }) => decider.kind === 'default');
  const tensors = left.reduce((sum, outcome) => sum + outcome.count, 0);
  const before = left.reduce((sum, outcome) => sum + outcome.count * outcome.tensor.bytes, 0);
  const after = left.reduce((sum, outcome) => sum + outcome.count * outcome.bytesAfter, 0);
  const title =
    tensors === 0
      ? 'every tensor has a rule'
      : `${count(tensors, 'tensor')} without a rule, ${beforeAfter(before, after)}`;
  return [lens({ start: range.start, end: range.start }, { title, command: '' })];
}
