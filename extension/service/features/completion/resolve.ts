import { MarkupKind, type CompletionItem } from 'vscode-languageserver-types';
import { definedFormat } from '../../../core/formats/defined-format';
import type { FormatDefinition } from '../../../core/formats/definition';
import { firstTensors } from '../../../core/resolve/tensor-set';
import { describeFormat } from '../../format-text';
import type { ServiceContext } from '../../service-context';
import { code, count } from '../../wording';

/** What a proposal brings along so that its documentation can be made when somebody looks at it. */
export type ProposalData =
  | { readonly about: 'dtype'; readonly id: string; readonly definition?: FormatDefinition; readonly effect?: string }
  | { readonly about: 'pattern'; readonly checkpoint: string; readonly glob: string };

/** Tensors that are named. */
const MOST_NAMES = 6;

/** The proposal with its documentation; one that has some, or that is none of ours, comes back as it is. */
export async function resolveCompletion(item: CompletionItem, context: ServiceContext): Promise<CompletionItem> {
  const data = item.data as ProposalData | undefined;
  if (item.documentation !== undefined || !data) return item;
  const value = data.about === 'dtype' ? dtypeText(data, context) : await patternText(data, context);
  return value === undefined ? item : { ...item, documentation: { kind: MarkupKind.Markdown, value } };
}

function dtypeText(
  { id, definition, effect }: Extract<ProposalData, { about: 'dtype' }>,
  { formats }: ServiceContext,
): string | undefined {
  const format = definition ? definedFormat(id, definition) : formats.find(id)?.format;
  return format && [describeFormat(format), effect ?? ''].filter((part) => part !== '').join('\n\n');
}

async function patternText(
  { checkpoint: uri, glob }: Extract<ProposalData, { about: 'pattern' }>,
  { workspace, matches }: ServiceContext,
): Promise<string> {
  const { tree } = await workspace.openCheckpoint(uri);
  const matched = matches.matches(tree, { kind: 'glob', source: glob });
  const names = firstTensors(matched, MOST_NAMES).map((at) => {
    const { name, dtype, shape } = tree.tensors[at]!;
    return `- ${code(name)}: ${dtype} [${shape.join(', ')}]`;
  });
  const more = matched.size - names.length;
  return [
    `${code(glob)} matches ${count(matched.size, 'tensor')}:`,
    '',
    ...names,
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join('\n');
}
