import { placeName } from '../extension/core/checkpoint/placement';
import type { Role, TreeTensor } from '../extension/core/checkpoint/tensor';
import { orderColumns } from './heatmap-columns';

/** Rows and columns of one block. */
export interface BlockFrame {
  readonly title: string;
  readonly rowKind: 'layer' | 'module';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

/** Where the cells of a plan stand: block, row and column of each tensor, in the order given. */
export interface HeatmapPlacement {
  readonly blocks: readonly BlockFrame[];
  readonly block: Int32Array;
  readonly row: Int32Array;
  readonly column: Int32Array;
}

/** Rows and columns by their labels, numbered in order of appearance. */
interface Draft {
  readonly title: string;
  readonly rowKind: 'layer' | 'module';
  readonly rows: Map<string, number>;
  readonly columns: Map<string, number>;
  readonly roles: Role[];
}

/** More rows than these outside the layers would push the layers out of sight. */
const FEW_ROWS = 8;

/**
 * One block for the layers of each tower (rows = layers, columns = modules) and one for the tensors outside
 * every layer (rows = modules, columns = their parameters), which comes first while it is short.
 */
export function placeTensors(tensors: readonly TreeTensor[]): HeatmapPlacement {
  const drafts = new Map<string, Draft>();
  const where = tensors.map(({ name, role }) => {
    const { tower, row, column } = splitName(name);
    const draft = draftOf(drafts, tower);
    return { draft, row: number(draft.rows, row), column: numberColumn(draft, column, role) };
  });
  const outside = drafts.get(OUTSIDE);
  const layers = [...drafts.values()].filter((draft) => draft !== outside);
  const ordered = !outside ? layers : outside.rows.size <= FEW_ROWS ? [outside, ...layers] : [...layers, outside];
  const finished = new Map(ordered.map((draft, at) => [draft, finish(draft, at)]));
  return {
    blocks: [...finished.values()].map(({ block }) => block),
    block: Int32Array.from(where, ({ draft }) => finished.get(draft)!.at),
    row: Int32Array.from(where, ({ draft, row }) => finished.get(draft)!.rowAt[row]!),
    column: Int32Array.from(where, ({ draft, column }) => finished.get(draft)!.columnAt[column]!),
  };
}

/** The tower of tensors outside every layer, as `placeName` calls it. */
const OUTSIDE = '';

function splitName(name: string): { readonly tower: string; readonly row: string; readonly column: string } {
  const { tower, layer, inner } = placeName(name);
  if (layer !== undefined) return { tower, row: String(layer), column: inner };
  const dot = name.lastIndexOf('.');
  return { tower: OUTSIDE, row: dot < 0 ? name : name.slice(0, dot), column: name.slice(dot + 1) };
}

function draftOf(drafts: Map<string, Draft>, tower: string): Draft {
  const known = drafts.get(tower);
  if (known) return known;
  const outside = tower === OUTSIDE;
  const draft: Draft = {
    title: outside ? 'Outside the layers' : tower,
    rowKind: outside ? 'module' : 'layer',
    rows: new Map(),
    columns: new Map(),
    roles: [],
  };
  drafts.set(tower, draft);
  return draft;
}

function number(labels: Map<string, number>, label: string): number {
  const known = labels.get(label);
  if (known !== undefined) return known;
  labels.set(label, labels.size);
  return labels.size - 1;
}

function numberColumn({ columns, roles }: Draft, label: string, role: Role): number {
  const at = number(columns, label);
  roles[at] ??= role;
  return at;
}

function finish({ title, rowKind, rows, columns, roles }: Draft, at: number) {
  const labels = [...rows.keys()];
  const modules = [...columns.keys()];
  const ordered = {
    rows: rowKind === 'layer' ? [...labels].sort((a, b) => Number(a) - Number(b)) : labels,
    columns: orderColumns(modules.map((module, index) => ({ module, role: roles[index]! }))),
  };
  const block: BlockFrame = { title, rowKind, ...ordered };
  return { at, block, rowAt: positions(labels, ordered.rows), columnAt: positions(modules, ordered.columns) };
}

/** For each label in `from`, where it stands in `to`. */
function positions(from: readonly string[], to: readonly string[]): Int32Array {
  const at = new Map(to.map((label, index) => [label, index]));
  return Int32Array.from(from, (label) => at.get(label)!);
}
