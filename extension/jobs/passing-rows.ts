import type { TensorInfo } from '../core/checkpoint/tensor';
import type { Cast, TensorRange } from '../core/formats/format';
import { matrixShape } from '../core/formats/matrix';
import { rowUnit } from '../core/formats/row-unit';
import { partShape, partValues, type WeightPart } from '../core/model/weights';
import type { PassingRows } from '../kernels/streamed-session';
import { PASSING, passingRows } from '../kernels/streamed-size';
import { castRange, castRows, type CastSource } from './cast-tensor';
import type { ModelTensor } from './load-model';
import { tensorValues, WIDEN } from './model-weights';
import { Cancelled } from './progress';
import { createRooms } from './rooms';
import type { RowRun } from './row-runs';

/** Matrices of a model and its cast, read and cast run by run. */
export interface MatrixSource {
  /** What makes the runs of a matrix, in order; without `base` the base's rows are left out where the cast's differ. */
  runs(name: string, base: boolean): readonly (() => Promise<PassingRows>)[];
  /** Elements of a matrix. */
  elements(name: string): number;
  /** Takes the room of a run back for later ones; its values are not to be read any more. */
  giveBack(rows: PassingRows): void;
}

/** `tensors`: those of the graph; `atOnce`: elements of a run. Ranges that casts need of whole tensors are found once. */
export function openMatrices(
  source: CastSource,
  tensors: readonly ModelTensor[],
  signal: AbortSignal | undefined,
  atOnce = PASSING,
): MatrixSource {
  const byName = new Map(
    tensors.flatMap((tensor) => tensor.required.parts.map((part) => [part.as, { tensor, part }] as const)),
  );
  const find = (name: string) => {
    const found = byName.get(name);
    if (found) return found;
    throw new Error(`${name}: needed for the forward pass, but no tensor holds it`);
  };
  const shapeOf = (name: string): readonly [number, number] => {
    const { tensor, part } = find(name);
    const [outputs = 1, inputs = 1] = partShape(tensor.required.shape, part);
    return [outputs, inputs];
  };
  const ranges = new Map<string, Promise<TensorRange>>();
  const rangeOf = ({ planned: { tensor } }: ModelTensor, cast: Cast): Promise<TensorRange> => {
    const key = `${cast === WIDEN ? 'base' : 'cast'} ${tensor.name}`;
    const known = ranges.get(key) ?? castRange(source, tensor, cast, signal);
    ranges.set(key, known);
    return known;
  };

  const rooms = createRooms(atOnce);

  /** Rows of a part that lie in the tensor as they are needed. */
  const plain = async (tensor: ModelTensor, part: WeightPart, run: Run, cast: Cast): Promise<Float32Array> => {
    const { tensor: stored } = tensor.planned;
    const { rows, columns } = matrixShape(stored.shape);
    const unit = rowUnit(cast, columns);
    const range = await rangeOf(tensor, cast);
    const values = rooms.take(run.count * columns);
    let at = 0;
    for (const { first, count } of storedRows(part, run)) {
      const firstRow = Math.floor(first / unit) * unit;
      const end = Math.min(rows, Math.ceil((first + count) / unit) * unit);
      const around = { firstRow, rows: end - firstRow };
      const decoded = await decodedRows(source, stored, cast, range, around, signal);
      values.set(decoded.subarray((first - firstRow) * columns, (first - firstRow + count) * columns), at);
      at += count * columns;
    }
    return values;
  };

  /** The last tensor of base and of cast that was taken whole, because its rows are not stored as they are needed. */
  const taken = new Map<'base' | 'cast', { readonly name: string; readonly parts: Promise<Parts> }>();
  const cutParts = (tensor: ModelTensor, cast: Cast | undefined): Promise<Parts> => {
    const of = cast ? 'cast' : 'base';
    const { name, shape, parts } = tensor.required;
    const known = taken.get(of);
    if (known?.name === name) return known.parts;
    const cut = async (): Promise<Parts> => {
      const whole = await tensorValues(source, tensor.planned, cast ?? WIDEN, signal);
      return new Map(parts.map((part) => [part.as, partValues(whole, shape, part)]));
    };
    const made = cut();
    taken.set(of, { name, parts: made });
    return made;
  };

  const rowsOf = async (tensor: ModelTensor, part: WeightPart, run: Run, cast: Cast | undefined) => {
    if (signal?.aborted) throw new Cancelled();
    if (isPlain(part)) return plain(tensor, part, run, cast ?? WIDEN);
    const values = (await cutParts(tensor, cast)).get(part.as)!;
    const [, inputs] = shapeOf(part.as);
    return values.subarray(run.first * inputs, (run.first + run.count) * inputs);
  };

  return {
    giveBack({ base, cast }) {
      if (base) rooms.giveBack(base);
      if (cast) rooms.giveBack(cast);
    },
    elements: (name) => shapeOf(name).reduce((product, extent) => product * extent, 1),
    runs(name, base) {
      const { tensor, part } = find(name);
      const { treatment } = tensor.planned;
      const cast = treatment.kind === 'keep' ? undefined : treatment.cast;
      const [outputs, inputs] = shapeOf(name);
      const count = passingRows(inputs, atOnce);
      return Array.from({ length: Math.ceil(outputs / count) }, (_, at) => async () => {
        const run = { first: at * count, count: Math.min(count, outputs - at * count) };
        return {
          name,
          first: run.first,
          base: base || !cast ? await rowsOf(tensor, part, run, undefined) : undefined,
          cast: cast ? await rowsOf(tensor, part, run, cast) : undefined,
        };
      });
    },
  };
}

/** Values of the weights that are cut from one tensor. */
type Parts = ReadonlyMap<string, Float32Array>;

interface Run {
  readonly first: number;
  readonly count: number;
}

/** Whether the part's rows are rows of the tensor. */
function isPlain(part: WeightPart): boolean {
  return Object.keys(part).every((key) => key === 'as' || key === 'rows');
}

/** Which rows of the tensor some rows of a part are. */
function storedRows({ rows }: WeightPart, { first, count }: Run): readonly Run[] {
  if (!rows) return [{ first, count }];
  const { first: begin, count: length, every = 0 } = rows;
  const runs: Run[] = [];
  for (let row = first; row < first + count;) {
    const time = Math.floor(row / length);
    const inTime = row - time * length;
    const here = Math.min(length - inTime, first + count - row);
    runs.push({ first: begin + time * every + inTime, count: here });
    row += here;
  }
  return runs;
}

/** Rows as they are after the cast. */
async function decodedRows(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  range: TensorRange,
  run: RowRun,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  // The codes of float32 are the values.
  const decode = cast !== WIDEN;
  const { decoded, encoded } = await castRows(source, tensor, cast, range, run, { decode, signal });
  if (!decode) return new Float32Array(encoded.codes.buffer, encoded.codes.byteOffset, encoded.codes.length / 4);
  if (decoded) return decoded;
  throw new Error(`${tensor.name}: the cast gave no values back`);
}
