import { formatBytes } from '../../../core/byte-size';
import type { Checkpoint } from '../../../core/checkpoint/checkpoint';
import { code, count } from '../../wording';
import type { HoverSite } from '../hover';

/** The checkpoint that a policy is for, from its headers and `config.json`. */
export function describeCheckpoint({ analysis }: HoverSite): string | undefined {
  const { checkpoint: linked, plan } = analysis;
  switch (linked.kind) {
    case 'none':
      return undefined;
    case 'failed':
      return linked.message;
    case 'open':
      return describe(linked.checkpoint, plan?.bytesAfter);
  }
}

function describe({ tree, config, files, warnings }: Checkpoint, bytesAfter: number | undefined): string {
  const architecture = config?.architectures[0] ?? config?.model_type;
  const after = bytesAfter === undefined ? '' : `, ${formatBytes(bytesAfter)} with this policy`;
  const rows = [
    architecture === undefined ? undefined : `Architecture: ${architecture}`,
    `${count(tree.tensors.length, 'tensor')} in ${count(tree.layerCount, 'layer')}, ${printCount(tree.elements)} weights`,
    `${formatBytes(tree.bytes)} in ${count(files.length, 'file')}${after}`,
    `Stored as ${storedDtypes(tree.tensors)}`,
    config?.tie_word_embeddings ? 'Embedding and head are tied' : undefined,
    ...warnings,
  ];
  return rows
    .filter((row) => row !== undefined)
    .map((row) => `- ${row}`)
    .join('\n');
}

/** `BF16`, `F32` (2): the commonest first, the others with how many tensors they are. */
function storedDtypes(tensors: Checkpoint['tree']['tensors']): string {
  const counts = new Map<string, number>();
  for (const { dtype } of tensors) counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
  const ordered = [...counts].sort(([, a], [, b]) => b - a);
  return ordered.map(([dtype, amount], at) => (at === 0 ? code(dtype) : `${code(dtype)} (${amount})`)).join(', ');
}

/** `134 million`, `1.2 billion`. */
function printCount(elements: number): string {
  if (elements >= 1e9) return `${(elements / 1e9).toPrecision(3)} billion`;
  if (elements >= 1e6) return `${(elements / 1e6).toPrecision(3)} million`;
  return String(elements);
}
