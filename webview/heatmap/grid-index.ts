import type { HeatmapBlock } from '../state';

/** The cells of a block by row and, within a row, by column. */
export interface GridIndex {
  readonly block: HeatmapBlock;
  /** Cells in row and column order; those of row r stand from `rowStart[r]` up to `rowStart[r + 1]`. */
  readonly order: Uint32Array;
  readonly rowStart: Uint32Array;
  /** Columns of the cells, in `order`. */
  readonly columns: Uint32Array;
}

/** Two counting sorts, by column and then by row: 100,000 cells in a few milliseconds, memory by cells alone. */
export function indexGrid(block: HeatmapBlock): GridIndex {
  const { row, column } = block.cells;
  const cells = new Uint32Array(row.length);
  for (let cell = 0; cell < cells.length; cell++) cells[cell] = cell;
  const { order, start } = countingSort(
    countingSort(cells, column, block.columns.length).order,
    row,
    block.rows.length,
  );
  const columns = new Uint32Array(order.length);
  for (let at = 0; at < columns.length; at++) columns[at] = column[order[at]!]!;
  return { block, order, rowStart: start, columns };
}

function countingSort(items: Uint32Array, keys: readonly number[], keyCount: number) {
  const start = new Uint32Array(keyCount + 1);
  for (const item of items) start[keys[item]! + 1]!++;
  for (let key = 0; key < keyCount; key++) start[key + 1]! += start[key]!;
  const next = start.slice();
  const order = new Uint32Array(items.length);
  for (const item of items) order[next[keys[item]!]!++] = item;
  return { order, start };
}

/** First position in `order` of a row whose column is `column` or more; the row's end when there is none. */
export function seekColumn({ columns, rowStart }: GridIndex, row: number, column: number): number {
  let low = rowStart[row]!;
  let high = rowStart[row + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle]! < column) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The cell at a row and column, or undefined where no tensor is. */
export function cellAt(index: GridIndex, row: number, column: number): number | undefined {
  if (row < 0 || row >= index.block.rows.length) return undefined;
  const at = seekColumn(index, row, column);
  return at < index.rowStart[row + 1]! && index.columns[at] === column ? index.order[at] : undefined;
}
