import type { GgufNames, GgufPlace } from '../checkpoint/gguf/names';
import { elementCount } from '../checkpoint/storage-dtype';
import type { RequiredTensor, WeightPart } from './weights';

/** What a conversion depends on besides the tensor. */
export interface GgufSizes {
  /** Rows of one head of queries and keys. */
  readonly headSize: number;
  /** Shape of a tensor as the file has it; undefined for one that it does not hold. */
  readonly shapeOf: (name: string) => readonly number[] | undefined;
}

/**
 * The tensors of a GGUF file that stand for those of a Hugging Face checkpoint, in the file's names, shapes and layout;
 * the weights cut from them are the same ones, under the same names. A tensor that GGUF has no name for is left as it
 * is, for the message that it is missing.
 */
export function ggufTensors(
  required: readonly RequiredTensor[],
  names: GgufNames,
  sizes: GgufSizes,
): readonly RequiredTensor[] {
  const byName = new Map<string, RequiredTensor>();
  for (const tensor of required) {
    const place = names.toGguf(tensor.name);
    const stored = place ? storedAs(tensor, place, sizes) : tensor;
    const known = byName.get(stored.name);
    byName.set(stored.name, known ? { ...known, parts: [...known.parts, ...stored.parts] } : stored);
  }
  return [...byName.values()];
}

function storedAs(tensor: RequiredTensor, place: GgufPlace, sizes: GgufSizes): RequiredTensor {
  const { shape, parts } = tensor;
  const named = { ...tensor, name: place.name };
  switch (place.conversion) {
    case undefined:
      return named;
    case 'paired-rows':
      return { ...named, parts: parts.map((part) => ({ ...part, paired: sizes.headSize })) };
    case 'plus-one':
      return { ...named, parts: parts.map(({ as, rows }) => (rows ? { as, rows } : { as })) };
    case 'transposed':
      if (shape.length < 2) return named;
      return {
        ...named,
        shape: [...shape].reverse(),
        parts: parts.map(({ as, rows }) => (rows ? { as, rows } : { as })),
      };
    case 'grouped-heads':
      return { ...named, parts: parts.map(groupedHeads) };
    case 'stacked': {
      const stack = sizes.shapeOf(place.name)?.[0] ?? (place.expert ?? 0) + 1;
      const first = (place.expert ?? 0) * elementCount(shape.slice(0, -1));
      return { ...named, shape: [stack, ...shape], parts: parts.map((part) => expertRows(part, shape, first)) };
    }
    case 'row':
      if (sizes.shapeOf(place.name)?.length !== 1) return named;
      return { ...named, shape: shape.slice(1), parts: parts.map((part) => ({ ...part, row: true })) };
  }
}

/** The third of the rows that held one part of every head. */
function groupedHeads(part: WeightPart): WeightPart {
  const { first = 0, count = 0, times = 1 } = part.rows ?? {};
  return { ...part, rows: { first: first * times, count: count * times } };
}

function expertRows(part: WeightPart, shape: readonly number[], first: number): WeightPart {
  const rows = part.rows ?? { first: 0, count: elementCount(shape.slice(0, -1)) };
  return { ...part, rows: { ...rows, first: rows.first + first } };
}
