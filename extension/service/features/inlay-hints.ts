import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { InlayHint, Range } from 'vscode-languageserver-types';
import { formatBits } from '../../core/byte-size';
import { elementCount } from '../../core/checkpoint/storage-dtype';
import type { Decider, Plan } from '../../core/resolve/plan';
import type { Cancellation } from '../cancellation';
import type { ServiceContext } from '../service-context';
import type { InlayHintSettings } from '../settings';
import { beforeAfter, count } from '../wording';

/** What one decider does to the tensors that are its own. */
interface Share {
  tensors: number;
  elements: number;
  bytesBefore: number;
  bytesAfter: number;
}

/** Behind each dtype what it does, and at the end of the file what all of them do together. */
export async function inlayHints(
  document: TextDocument,
  range: Range,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly InlayHint[]> {
  const { plan, snapshot } = await context.analyses.of(document);
  if (cancellation.isCancellationRequested || !plan) return [];
  const { policy, document: text } = snapshot;
  const settings = context.workspace.settings().inlayHints;
  const asked = { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
  const hint = (offset: number, label: string, tooltip: string): readonly InlayHint[] =>
    label === '' || offset < asked.start || offset > asked.end
      ? []
      : [{ position: text.positionAt(offset), label, tooltip, paddingLeft: true }];
  const shares = sharesOf(plan);
  const own = (
    { dtype }: { readonly dtype: { readonly range: { readonly end: number } } | undefined },
    who: Decider,
  ) => {
    const share = shares.get(keyOf(who));
    return dtype && share ? hint(dtype.range.end, label(share, settings), tooltipOf(who, plan)) : [];
  };
  const end = text.getText().length;
  const total = {
    tensors: 0,
    elements: plan.tree.elements,
    bytesBefore: plan.bytesBefore,
    bytesAfter: plan.bytesAfter,
  };
  return [
    ...(policy.default && policy.default.dtype?.range !== policy.extends?.range
      ? own(policy.default, { kind: 'default' })
      : []),
    ...policy.rules.flatMap((rule) => (rule.origin ? [] : own(rule, { kind: 'rule', index: rule.index }))),
    ...(settings.total
      ? hint(end, `all: ${label(total, { ...settings, tensors: false, bytes: true, bits: true })}`, TOTAL)
      : []),
  ];
}

const TOTAL = 'The whole checkpoint: scales, zero points and padding are counted.';

function label({ tensors, elements, bytesBefore, bytesAfter }: Share, shown: InlayHintSettings): string {
  const bits = elements === 0 ? 0 : (bytesAfter * 8) / elements;
  const parts = [
    ...(shown.tensors ? [count(tensors, 'tensor')] : []),
    ...(shown.bytes ? [beforeAfter(bytesBefore, bytesAfter)] : []),
    ...(shown.bits ? [`${formatBits(bits)} bits`] : []),
  ];
  return parts.join(', ');
}

function tooltipOf(who: Decider, plan: Plan): string {
  if (who.kind === 'default') return 'The tensors that no rule matches, with all that is stored for them.';
  const { matched, won } = plan.rules[who.index]!;
  const decided =
    won.length < matched.length
      ? `${won.length} of the ${count(matched.length, 'tensor')} it matches`
      : 'all it matches';
  return `The tensors that this rule decides (${decided}); bits are those of a weight, scales and padding included.`;
}

/** Deciders of nothing are not in it. */
function sharesOf({ outcomes }: Plan): ReadonlyMap<string, Share> {
  const shares = new Map<string, Share>();
  for (const { decider, tensor, count: tensors, bytesAfter } of outcomes) {
    const key = keyOf(decider);
    const share = shares.get(key) ?? { tensors: 0, elements: 0, bytesBefore: 0, bytesAfter: 0 };
    shares.set(key, share);
    share.tensors += tensors;
    share.elements += tensors * elementCount(tensor.shape);
    share.bytesBefore += tensors * tensor.bytes;
    share.bytesAfter += tensors * bytesAfter;
  }
  return shares;
}

function keyOf(decider: Decider): string {
  return decider.kind === 'rule' ? `rule ${decider.index}` : 'default';
}
