import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type DiagnosticRelatedInformation,
} from 'vscode-languageserver-types';
import type { Finding, FindingCode, Severity } from '../../core/policy/finding';
import { withLevels } from '../../core/policy/severities';
import { choiceOf } from '../../core/resolve/draft';
import { dtypeLabel } from '../../core/resolve/dtype-label';
import type { Analysis } from '../analysis';
import type { Cancellation } from '../cancellation';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';

export interface DiagnosticOptions {
  /** Folder with a page for each code, as a URI that ends with a slash; without it codes are no links. */
  readonly rulePages: string | undefined;
  /** Whether the editor shows the tensors of a finding below it. */
  readonly relatedInformation: boolean;
}

/** Named as the source of every diagnostic. */
export const SOURCE = 'downcast';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** The findings of a policy: of its text, its checkpoint and its plan. Empty when cancelled. */
export async function diagnose(
  document: TextDocument,
  options: DiagnosticOptions,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly Diagnostic[]> {
  const analysis = await context.analyses.of(document);
  if (cancellation.isCancellationRequested) return [];
  // Findings come first after a checkpoint was opened: what completion needs is made now, not while somebody types.
  if (analysis.plan) context.mergesOf(context.indexOf(analysis.plan.tree));
  const findings = withLevels(analysis.findings, context.workspace.settings().findings);
  const most = options.relatedInformation ? Math.max(1, Math.floor(MOST_RELATED / findings.length)) : 0;
  return findings.map((found) => toDiagnostic(found, analysis, options.rulePages, most));
}

/** Tensors named below the findings of one policy, as far as each may have one: after each keystroke all are sent. */
const MOST_RELATED = 300;

function toDiagnostic(
  found: Finding,
  analysis: Analysis,
  rulePages: DiagnosticOptions['rulePages'],
  mostRelated: number,
): Diagnostic {
  const related = relatedTensors(found, analysis, mostRelated);
  const tags = tagsOf(found.code);
  return {
    range: toRange(analysis.snapshot.document, found.range),
    message: found.message,
    severity: SEVERITIES[found.severity],
    code: found.code,
    source: SOURCE,
    ...(rulePages === undefined ? {} : { codeDescription: { href: `${rulePages}${found.code}.md` } }),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
    ...(tags.length > 0 ? { tags } : {}),
  };
}

/** A rule that decides nothing is drawn faded. */
function tagsOf(code: FindingCode): DiagnosticTag[] {
  return code === 'shadowed' ? [DiagnosticTag.Unnecessary] : [];
}

/** The tensors a finding is about, each at the place of the policy that decides its dtype. */
function relatedTensors(
  { tensors, code }: Finding,
  { snapshot, plan }: Analysis,
  most: number,
): DiagnosticRelatedInformation[] {
  const { document, policy } = snapshot;
  if (!plan || code === 'no-match') return [];
  return tensors.slice(0, most).flatMap((name) => {
    const planned = plan.byName.get(name);
    const range = planned && choiceOf(planned.decider, policy)?.dtype?.range;
    if (!planned || !range) return [];
    const { dtype, shape } = planned.tensor;
    const message = `${name}: ${dtype} [${shape.join(', ')}] → ${dtypeLabel(planned)}`;
    return [{ location: { uri: document.uri, range: toRange(document, range) }, message }];
  });
}
