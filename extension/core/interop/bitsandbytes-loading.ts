import type { Cast } from '../formats/format';
import { BITSANDBYTES_TYPE } from './stored-names';

/** A tensor that is cast to a format of bitsandbytes. */
export interface BitsandbytesTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly cast: Cast;
}

/** What tells transformers to load such tensors, or why nothing can. */
export type BitsandbytesLoading =
  { readonly reason: string } | { readonly note: string; readonly config: Readonly<Record<string, unknown>> };

/** The group sizes that its kernels know. */
const GROUPS = [32, 64, 128, 256, 512, 1024, 2048, 4096];

/**
 * bitsandbytes has one 4-bit type a checkpoint, with its scales nested in all tensors or in none. `skipped` are the
 * linear modules that stay as they are.
 */
export function bitsandbytesLoading(
  tensors: readonly BitsandbytesTensor[],
  skipped: readonly string[],
): BitsandbytesLoading {
  const [first] = tensors;
  const kind = ({ format, nested = false }: Cast): string => `${format}${nested ? ' with nested scales' : ''}`;
  const other = tensors.find(({ cast }) => kind(cast) !== kind(first!.cast));
  if (other) return { reason: `${other.name} is ${kind(other.cast)} and ${first!.name} ${kind(first!.cast)}` };
  const odd = tensors.find(({ cast }) => cast.scale.kind !== 'group' || cast.scaleDtype !== 'F32');
  if (odd) return { reason: `${odd.name}: bitsandbytes reads ${odd.cast.format} only with float32 scales by group` };
  const unknown = tensors.find(({ cast }) => !GROUPS.includes(groupOf(cast)));
  if (unknown) {
    const size = groupOf(unknown.cast);
    return { reason: `${unknown.name}: bitsandbytes knows no groups of ${size}, but ${GROUPS.join(', ')}` };
  }
  const { format, nested = false } = first!.cast;
  return {
    note: `bitsandbytes: transformers reads it${cpuNote(tensors)}`,
    config: {
      quant_method: 'bitsandbytes',
      load_in_4bit: true,
      load_in_8bit: false,
      bnb_4bit_quant_type: BITSANDBYTES_TYPE[format],
      bnb_4bit_use_double_quant: nested,
      bnb_4bit_compute_dtype: 'bfloat16',
      bnb_4bit_quant_storage: 'uint8',
      // A list given here replaces the default one, so the head is always named again.
      llm_int8_skip_modules: [...new Set([...skipped, 'lm_head'])],
    },
  };
}

function groupOf({ scale }: Cast): number {
  return scale.kind === 'group' ? scale.size : 0;
}

/** The native CPU decoder counts groups from the start of each row, unless a row has an odd length. */
function cpuNote(tensors: readonly BitsandbytesTensor[]): string {
  const misread = tensors.find(({ shape, cast }) => {
    const columns = shape.at(-1) ?? 1;
    return columns % 2 === 0 && columns % groupOf(cast) !== 0;
  });
  if (!misread) return '';
  const { name, shape, cast } = misread;
  return `; on a CPU its native kernel (bitsandbytes 0.50.2) misreads rows that the group does not divide, as the rows of ${shape.at(-1)} in groups of ${groupOf(cast)} of ${name}: load it on a GPU, or choose a group that divides`;
}
