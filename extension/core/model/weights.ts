/** A tensor that a forward pass needs. */
export interface RequiredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of the layer that reads it, or whether it is read before the first or after the last. */
  readonly layer: number | 'before' | 'after';
  /** The weights cut from it: of a fused projection several. */
  readonly parts: readonly WeightPart[];
}

/** A weight as the kernels hold it: a vector of a tensor of one axis, a matrix [outputs, inputs] of others. */
export interface WeightPart {
  /** Name under which the forward pass looks it up. */
  readonly as: string;
  /** Which rows, all axes but the last taken together; all without it. Of a vector the elements. */
  readonly rows?: Rows;
  /** The tensor is stored as [inputs, outputs]; `rows` then counts its columns. */
  readonly transposed?: boolean;
  /** Added to every element: norms that are stored as the difference from 1. */
  readonly plus?: number;
}

/** `count` rows from `first` on, and again each `every` rows, `times` in all. */
export interface Rows {
  readonly first: number;
  readonly count: number;
  readonly every?: number;
  readonly times?: number;
}

/** [outputs, inputs] of a matrix, [length] of a vector. */
export function partShape(shape: readonly number[], part: WeightPart): readonly number[] {
  const { rows, columns } = extent(shape, part);
  const count = part.rows ? part.rows.count * (part.rows.times ?? 1) : rows;
  return shape.length === 1 ? [count] : [count, columns];
}

/** The part's values, row-major, of the tensor's; no copy where the tensor holds them as they are needed. */
export function partValues(values: Float32Array, shape: readonly number[], part: WeightPart): Float32Array {
  const { rows, columns } = extent(shape, part);
  const { first, count, every = 0, times = 1 } = part.rows ?? { first: 0, count: rows };
  if (times === 1 && !part.transposed && part.plus === undefined) {
    return values.subarray(first * columns, (first + count) * columns);
  }
  const cut = new Float32Array(times * count * columns);
  for (let run = 0; run < times; run++) {
    const from = first + run * every;
    if (part.transposed) transpose(values, rows, from, count, columns, cut.subarray(run * count * columns));
    else cut.set(values.subarray(from * columns, (from + count) * columns), run * count * columns);
  }
  const { plus } = part;
  return plus === undefined ? cut : cut.map((value) => value + plus);
}

/** Rows and columns of the tensor seen as a matrix [outputs, inputs]. */
function extent(shape: readonly number[], part: WeightPart): { readonly rows: number; readonly columns: number } {
  const last = shape.at(-1) ?? 1;
  const others = shape.slice(0, -1).reduce((product, axis) => product * axis, 1);
  if (shape.length === 1) return { rows: last, columns: 1 };
  return part.transposed ? { rows: last, columns: others } : { rows: others, columns: last };
}

/** Columns `first` and on of values [columns, rows] as rows of `to`. */
function transpose(
  values: Float32Array,
  rows: number,
  first: number,
  count: number,
  columns: number,
  to: Float32Array,
): void {
  for (let column = 0; column < columns; column++) {
    const from = column * rows + first;
    for (let row = 0; row < count; row++) to[row * columns + column] = values[from + row]!;
  }
}
