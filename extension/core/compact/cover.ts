import type { TensorTree, TreeTensor } from '../checkpoint/tensor';
import { compileGlob } from '../policy/glob';
import { columnsOf, literalGlob, type Column } from './columns';
import { mergePatterns } from './merge-patterns';

/** What a rule needs to select tensors. */
export interface Cover {
  readonly match: readonly string[];
  /** `0..3, 8`; undefined for all layers. */
  readonly layers: string | undefined;
}

/**
 * The fewest readable globs that match `tensors`: one cover for each set of layers that their columns share. They may
 * match the tensors of `others` too, and nothing else of the tree.
 */
export function cover(
  tensors: readonly TreeTensor[],
  others: Iterable<TreeTensor>,
  tree: Pick<TensorTree, 'tensors'>,
): readonly Cover[] {
  const allowed = new Set([...tensors, ...others]);
  const own = new Set(tensors);
  const everything = new Map(columnsOf(tree.tensors).map((column) => [column.segments.join('.'), column]));
  const byLayers = new Map<string, Column[]>();
  const alone: TreeTensor[] = [];
  for (const column of columnsOf(tensors)) {
    const layers = layersOf(everything.get(column.segments.join('.'))!, own, allowed);
    if (layers === undefined) alone.push(...column.tensors);
    else byLayers.set(layers, [...(byLayers.get(layers) ?? []), column]);
  }
  const covers = [...byLayers].map(([layers, columns]): Cover => {
    const isExact = (glob: string): boolean => matchesOnly(glob, layers, tree.tensors, allowed);
    const match = mergePatterns(
      columns.map(({ segments }) => segments),
      isExact,
    );
    return { match, layers: layers === '' ? undefined : layers };
  });
  if (alone.length === 0) return covers;
  return [...covers, { match: alone.map(({ name }) => literalGlob(name)), layers: undefined }];
}

/**
 * Layers of a column that are the group's: `` for all of it that matters, a list of ranges for some, undefined when layers do not
 * tell its tensors from the others of the column.
 */
function layersOf(whole: Column, own: ReadonlySet<TreeTensor>, allowed: ReadonlySet<TreeTensor>): string | undefined {
  if (whole.tensors.every((tensor) => allowed.has(tensor))) return '';
  const inside = new Set<number>();
  const outside = new Set<number>();
  for (const tensor of whole.tensors) {
    if (tensor.layer === undefined) return undefined;
    if (own.has(tensor)) inside.add(tensor.layer);
    else if (!allowed.has(tensor)) outside.add(tensor.layer);
  }
  return [...inside].some((layer) => outside.has(layer)) ? undefined : printLayers([...inside]);
}

/** `0..3, 8, 10..11`. */
function printLayers(layers: readonly number[]): string {
  const ordered = [...layers].sort((a, b) => a - b);
  const ranges: { from: number; to: number }[] = [];
  for (const layer of ordered) {
    const last = ranges.at(-1);
    if (last?.to === layer - 1) last.to = layer;
    else ranges.push({ from: layer, to: layer });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}..${to}`)).join(', ');
}

function matchesOnly(
  glob: string,
  layers: string,
  all: readonly TreeTensor[],
  allowed: ReadonlySet<TreeTensor>,
): boolean {
  const compiled = compileGlob(glob);
  if (compiled.kind === 'error') return false;
  const wanted = layers === '' ? undefined : layersIn(layers);
  return all.every((tensor) => {
    if (allowed.has(tensor) || !compiled.matches(tensor.name)) return true;
    return wanted !== undefined && (tensor.layer === undefined || !wanted.has(tensor.layer));
  });
}

function layersIn(layers: string): ReadonlySet<number> {
  return new Set(
    layers.split(', ').flatMap((range) => {
      const [from, to = from] = range.split('..').map(Number);
      return Array.from({ length: to! - from! + 1 }, (_, at) => from! + at);
    }),
  );
}
