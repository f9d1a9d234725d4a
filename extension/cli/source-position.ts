/** Line and column of an offset, both from 1, columns in UTF-16 units as editors count them. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Positions in a text, by binary search over its line starts. */
export function sourcePositions(text: string): (offset: number) => SourcePosition {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
