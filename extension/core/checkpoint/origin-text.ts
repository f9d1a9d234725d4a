import type { TensorInfo } from './tensor';
import type { Undo } from './tensor-origin';

/** What a file has a tensor as, in a phrase; undefined where it has it as it is shown. */
export function originText({ origin }: Pick<TensorInfo, 'origin'>): string | undefined {
  if (!origin) return undefined;
  return `${origin.name} in the file${origin.undo ? `, ${undoText(origin.undo)}` : ''}`;
}

function undoText(undo: Undo): string {
  switch (undo.kind) {
    case 'paired-rows':
      return 'where the rows of each head stand in pairs';
    case 'grouped-heads':
      return 'where all queries come first, then all keys, then all values';
    case 'plus-one':
      return 'where 1 was added to it';
    case 'transposed':
      return `where it lies transposed, as ${undo.dtype}`;
  }
}
