import type { TreeTensor } from '../extension/core/checkpoint/tensor';
import { orderColumns } from './heatmap-columns';

/** Where the cells of a plan stand: blocks of rows and columns, and the place of each tensor in them. */
export interface Placement {
  readonly blocks: readonly {
    readonly title: string;
    readonly rowKind: 'layer' | 'module';
    readonly rows: readonly string[];
    readonly columns: readonly string[];
  }[];
  /** Block, row and column of each tensor, in the order given. */
  readonly block: Int32Array;
  readonly row: Int32Array;
  readonly column: Int32Array;
}

/** Rows and columns by their labels, in order of appearance. */
interface Draft {
  readonly title: string;
  readonly rowKind: 'layer' | 'module';
  readonly rows: Map<string, number>;
  readonly columns: Map<string, number>;
}

/** More rows than these outside the layers would push the layers out of sight. */
const FEW_ROWS = 8;

/**
 * One block for the layers of each tower (rows = layers, columns = modules) and one for the tensors outside
 * every layer (rows = modules, columns = their parameters), which comes first while it is short.
 */
export function placeTensors(tensors: readonly TreeTensor[]): Placement {
  const drafts = new Map<string, Draft>();
  const towers = new Map<string, string>();
  const where = tensors.map((tensor) => {
    const place = placeTensor(tensor, towers);
    const draft = draftOf(drafts, place.tower);
    return { draft, row: number(draft.rows, place.row), column: number(draft.columns, place.column) };
  });
  const outside = drafts.get(OUTSIDE);
  const layers = [...drafts.values()].filter((draft) => draft !== outside);
  const ordered = !outside ? layers : outside.rows.size <= FEW_ROWS ? [outside, ...layers] : [...layers, outside];
  const finished = ordered.map((draft) => finish(draft, layers.length === 0));
  const indexOf = new Map(ordered.map((draft, index) => [draft, index]));
  return {
    blocks: finished.map(({ block }) => block),
    block: Int32Array.from(where, ({ draft }) => indexOf.get(draft)!),
    row: Int32Array.from(where, ({ draft, row }) => finished[indexOf.get(draft)!]!.rowOrder[row]!),
    column: Int32Array.from(where, ({ draft, column }) => finished[indexOf.get(draft)!]!.columnOrder[column]!),
  };
}

/** Key of the block outside the layers; no tower is called so, for names have no line breaks to show. */
const OUTSIDE = '\n';

function draftOf(drafts: Map<string, Draft>, tower: string): Draft {
  const known = drafts.get(tower);
  if (known) return known;
  const outside = tower === OUTSIDE;
  const draft: Draft = {
    title: outside ? 'Outside the layers' : tower === '' ? 'Layers' : tower,
    rowKind: outside ? 'module' : 'layer',
    rows: new Map(),
    columns: new Map(),
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

function placeTensor(tensor: TreeTensor, towers: Map<string, string>): { tower: string; row: string; column: string } {
  const { name, layer, module } = tensor;
  if (layer === undefined) {
    const dot = name.lastIndexOf('.');
    return dot < 0
      ? { tower: OUTSIDE, row: name, column: '' }
      : { tower: OUTSIDE, row: name.slice(0, dot), column: name.slice(dot + 1) };
  }
  let tower = towers.get(module);
  if (tower === undefined) towers.set(module, (tower = towerOf(name, module, layer)));
  return { tower, row: String(layer), column: tower === '' ? module : module.slice(tower.length + 1) };
}

/**
 * A second tower keeps the prefix of its layers in the module (see `placeName`): name `visual.blocks.3.attn.qkv`,
 * module `visual.blocks.attn.qkv`. What both begin with, up to the layer number, is the tower.
 */
function towerOf(name: string, module: string, layer: number): string {
  let same = 0;
  while (same < module.length && name[same] === module[same]) same++;
  const prefix = name.slice(0, same);
  return prefix.endsWith('.') && name.startsWith(String(layer), same) ? prefix.slice(0, -1) : '';
}

function finish(draft: Draft, onlyBlock: boolean) {
  const rows = [...draft.rows.keys()];
  const columns = [...draft.columns.keys()];
  const orderedRows = draft.rowKind === 'layer' ? [...rows].sort((a, b) => Number(a) - Number(b)) : rows;
  const orderedColumns = orderColumns(columns);
  return {
    block: {
      title: onlyBlock ? 'Tensors' : draft.title,
      rowKind: draft.rowKind,
      rows: orderedRows,
      columns: orderedColumns,
    },
    rowOrder: positions(rows, orderedRows),
    columnOrder: positions(columns, orderedColumns),
  };
}

/** For each label in `from`, where it stands in `to`. */
function positions(from: readonly string[], to: readonly string[]): Int32Array {
  const at = new Map(to.map((label, index) => [label, index]));
  return Int32Array.from(from, (label) => at.get(label)!);
}
