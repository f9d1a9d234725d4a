import type { CastErrorSums } from '../extension/core/analysis/cast-error';
import { addErrors, NO_ERROR, relativeError } from '../extension/core/analysis/cast-error';
import { elementCount } from '../extension/core/checkpoint/storage-dtype';
import { dtypeAfter } from '../extension/core/resolve/dtype-after';
import { dtypeLabel } from '../extension/core/resolve/dtype-label';
import type { Plan, PlannedTensor } from '../extension/core/resolve/plan';
import { dtypeName } from './dtype-names';
import { placeTensors } from './heatmap-placement';
import { BY_DEFAULT, MIXED, type DtypeTotal, type Heatmap, type HeatmapBlock, type Totals } from './state';

/** Words and numbers for them, in order of first use. */
interface Table {
  readonly words: string[];
  index(word: string): number;
}

function createTable(): Table {
  const known = new Map<string, number>();
  const words: string[] = [];
  return {
    words,
    index(word) {
      const index = known.get(word);
      if (index !== undefined) return index;
      known.set(word, words.length);
      return words.push(word) - 1;
    },
  };
}

/**
 * The heatmap of a plan. Tensors of one layer and module (the experts of a mixture) share a cell. `errors` are
 * the cast errors measured so far, by tensor; without them only tensors that are kept have an error, which is 0.
 */
export function buildHeatmap(plan: Plan, errors?: ReadonlyMap<string, CastErrorSums>): Heatmap {
  const placement = placeTensors(plan.tensors.map(({ tensor }) => tensor));
  const tables = { dtypes: createTable(), treatments: createTable(), shapes: createTable() };
  const members = placement.blocks.map(() => new Map<number, PlannedTensor[]>());
  plan.tensors.forEach((planned, at) => {
    const block = placement.block[at]!;
    const columns = placement.blocks[block]!.columns.length;
    const key = placement.row[at]! * columns + placement.column[at]!;
    const cell = members[block]!.get(key);
    if (cell) cell.push(planned);
    else members[block]!.set(key, [planned]);
  });
  const blocks = placement.blocks.map((frame, at): HeatmapBlock => {
    const keys = [...members[at]!.keys()].sort((a, b) => a - b);
    const width = frame.columns.length;
    const cells = keys.map((key) => cellOf(members[at]!.get(key)!, tables, errors));
    const pick = <Key extends keyof Cell>(key: Key): Cell[Key][] => cells.map((cell) => cell[key]);
    return {
      ...frame,
      cells: {
        row: keys.map((key) => Math.floor(key / width)),
        column: keys.map((key) => key % width),
        count: pick('count'),
        elements: pick('elements'),
        bytesBefore: pick('bytesBefore'),
        bytesAfter: pick('bytesAfter'),
        source: pick('source'),
        dtype: pick('dtype'),
        treatment: pick('treatment'),
        rule: pick('rule'),
        error: pick('error'),
        name: pick('name'),
        shape: pick('shape'),
      },
    };
  });
  const { dtypes, treatments, shapes } = tables;
  return { blocks, dtypes: dtypes.words, treatments: treatments.words, shapes: shapes.words };
}

type Cell = ReturnType<typeof cellOf>;

function cellOf(
  members: readonly PlannedTensor[],
  { dtypes, treatments, shapes }: Readonly<Record<'dtypes' | 'treatments' | 'shapes', Table>>,
  errors: ReadonlyMap<string, CastErrorSums> | undefined,
) {
  const first = members[0]!;
  const source = only(members, ({ tensor }) => tensor.dtype);
  const dtype = only(members, dtypeAfter);
  return {
    count: members.length,
    elements: members.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0),
    bytesBefore: members.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0),
    bytesAfter: members.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0),
    source: source === undefined ? MIXED : dtypes.index(dtypeName(source)),
    dtype: dtype === undefined ? MIXED : dtypes.index(dtypeName(dtype)),
    treatment: treatments.index(only(members, treatmentText) ?? mixtureText(members)),
    rule: first.decider.kind === 'rule' ? first.decider.index : BY_DEFAULT,
    error: cellError(members, errors),
    name: first.tensor.name,
    shape: shapes.index(first.tensor.shape.length === 0 ? 'scalar' : first.tensor.shape.join(' × ')),
  };
}

/** What all members say, or undefined when they differ. */
function only(members: readonly PlannedTensor[], say: (planned: PlannedTensor) => string): string | undefined {
  const said = say(members[0]!);
  return members.every((planned) => say(planned) === said) ? said : undefined;
}

/** `int4 group 128`, or why a tensor keeps its dtype. */
function treatmentText(planned: PlannedTensor): string {
  const { treatment, tensor } = planned;
  if (treatment.kind === 'cast') return dtypeLabel(planned);
  const dtype = dtypeName(tensor.dtype);
  switch (treatment.reason) {
    case 'asked':
      return `${dtype}, kept`;
    case 'same-dtype':
      return `${dtype}, as stored`;
    case 'empty':
      return `${dtype}, kept: no elements`;
    case 'not-float':
      return `${dtype}, kept: not floating point`;
    case 'invalid':
      return `${dtype}, kept: it can not be cast as asked`;
  }
}

/** `240 int4 group 128, 16 bf16, kept`: the commonest first. */
function mixtureText(members: readonly PlannedTensor[]): string {
  const counts = new Map<string, number>();
  for (const planned of members) {
    const label = treatmentText(planned);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => `${count} × ${label}`)
    .join('; ');
}

/** Error over all members; null as soon as one that is cast was not measured. */
function cellError(
  members: readonly PlannedTensor[],
  errors: ReadonlyMap<string, CastErrorSums> | undefined,
): number | null {
  let sums = NO_ERROR;
  for (const { tensor, treatment } of members) {
    const measured = errors?.get(tensor.name);
    if (measured) sums = addErrors(sums, measured);
    else if (treatment.kind === 'cast') return null;
  }
  const error = relativeError(sums);
  return Number.isFinite(error) ? error : null;
}

/** What each dtype holds before and after, those with most bytes after first. */
export function dtypeTotals(plan: Plan): readonly DtypeTotal[] {
  type Sums = { -readonly [Key in keyof DtypeTotal]: DtypeTotal[Key] };
  const totals = new Map<string, Sums>();
  const of = (name: string): Sums => {
    const dtype = dtypeName(name);
    const known = totals.get(dtype) ?? {
      dtype,
      tensorsBefore: 0,
      tensorsAfter: 0,
      elementsBefore: 0,
      elementsAfter: 0,
      bytesBefore: 0,
      bytesAfter: 0,
    };
    totals.set(dtype, known);
    return known;
  };
  for (const planned of plan.tensors) {
    const elements = elementCount(planned.tensor.shape);
    const before = of(planned.tensor.dtype);
    before.tensorsBefore++;
    before.elementsBefore += elements;
    before.bytesBefore += planned.bytesBefore;
    const after = of(dtypeAfter(planned));
    after.tensorsAfter++;
    after.elementsAfter += elements;
    after.bytesAfter += planned.bytesAfter;
  }
  return [...totals.values()].sort((a, b) => b.bytesAfter - a.bytesAfter || b.bytesBefore - a.bytesBefore);
}

export function planTotals({ tree, bytesBefore, bytesAfter }: Plan): Totals {
  return { tensors: tree.tensors.length, elements: tree.elements, bytesBefore, bytesAfter };
}
