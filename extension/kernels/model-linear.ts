import type { Activations, Matrix, ModelOps, PackedActivations } from '../core/model/ops';
import { allocator, padded } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Embeddings, linear layers and what moves rows about. */
export function linearOps(
  wasm: ModelExports,
  arena: Arena,
): Pick<ModelOps, 'embed' | 'gatherRows' | 'addRows' | 'pack' | 'linear' | 'addLinear' | 'addBias'> {
  const { take, ints, floats, mark, release } = arena;
  const activations = allocator(arena);
  const product = (x: PackedActivations, w: Matrix, y: Activations, column: number, accumulate: boolean): void => {
    const to = y.pointer + column * 4;
    wasm.matmul(x.pointer, w.pointer, to, y.columns * 4, padded(x.rows), x.columns, w.outputs, accumulate);
  };
  /** The ids in the kernels' memory; 0 for the rows that fill up. */
  const stored = (ids: Int32Array): number => {
    const count = padded(ids.length);
    const at = take(count * 4);
    const room = ints(at, count);
    room.fill(0);
    room.set(ids);
    return at;
  };
  return {
    embed(table, first, ids, to) {
      const columns = table.inputs;
      const rows = Int32Array.from(ids.keys()).filter((row) => ids[row]! >= first && ids[row]! < first + table.outputs);
      const scratch = mark();
      const inTable = stored(rows.map((row) => ids[row]! - first));
      if (rows.length === ids.length) {
        wasm.gather(table.pointer, inTable, padded(rows.length), columns, to.pointer);
      } else if (rows.length > 0) {
        const found = activations(rows.length, columns);
        wasm.gather(table.pointer, inTable, padded(rows.length), columns, found.pointer);
        for (const [at, row] of rows.entries()) {
          floats(to.pointer + row * columns * 4, columns).set(floats(found.pointer + at * columns * 4, columns));
        }
      }
      release(scratch);
    },
    gatherRows(x, rows) {
      const y = activations(rows.length, x.columns);
      const scratch = mark();
      wasm.gatherRows(x.pointer, stored(rows), padded(rows.length), x.columns, y.pointer);
      release(scratch);
      return y;
    },
    addRows(x, rows, weights, to) {
      const scratch = mark();
      const at = take(weights.byteLength);
      floats(at, weights.length).set(weights);
      wasm.addRows(x.pointer, stored(rows), at, rows.length, x.columns, to.pointer);
      release(scratch);
    },
    pack(x) {
      const rows = padded(x.rows);
      const pointer = take(rows * x.columns * 4);
      wasm.pack4(x.pointer, x.columns * 4, rows, x.columns, pointer);
      return { kind: 'packed', pointer, rows: x.rows, columns: x.columns };
    },
    linear: (x, weight, to, column) => product(x, weight, to, column, false),
    addLinear: (x, weight, to, column) => product(x, weight, to, column, true),
    addBias: (x, bias) => wasm.addBias(x.pointer, bias.pointer, padded(x.rows), x.columns),
  };
}
