/** A cell's place in the heatmap. */
export interface Position {
  readonly block: number;
  readonly row: number;
  readonly column: number;
}

export function samePosition(a: Position | undefined, b: Position | undefined): boolean {
  return a?.block === b?.block && a?.row === b?.row && a?.column === b?.column;
}
