import type { StorageDtype } from '../../checkpoint/storage-dtype';
import { NESTED_GROUP } from './bitsandbytes-nested';

/** Name that bitsandbytes gives the dtype a tensor had before; it takes 16 and 32-bit floats. */
function torchName(source: StorageDtype): string {
  if (source === 'F32' || source === 'F64') return 'float32';
  return source === 'F16' ? 'float16' : 'bfloat16';
}

/** The longest a float32 is when Python writes it: 17 digits, a point and an exponent such as `e-05`. */
const LONGEST_FLOAT = 22;

/** What a state says. */
export interface QuantState {
  readonly type: 'nf4' | 'fp4';
  readonly shape: readonly number[];
  readonly groupSize: number;
  readonly source: StorageDtype;
  /** Of nested scales: see `encodeNested`. */
  readonly offset?: number;
}

/**
 * Content of `quant_state.bitsandbytes__nf4` or `__fp4`: what `QuantState.as_dict(packed=True)` of bitsandbytes 0.50
 * writes, JSON as Python's `json.dumps` spaces it. How many digits the offset of nested scales has is not known
 * before the cast, so spaces after the JSON fill the state up to the most there can be.
 */
export function quantState({ type, shape, groupSize, source, offset }: QuantState): Uint8Array<ArrayBuffer> {
  const own = `"quant_type": "${type}", "blocksize": ${groupSize}, "dtype": "${torchName(source)}"`;
  const text = `${own}, "shape": [${shape.join(', ')}]`;
  if (offset === undefined) return new TextEncoder().encode(`{${text}}`);
  const written = pythonFloat(offset);
  const nested = `"nested_blocksize": ${NESTED_GROUP}, "nested_dtype": "float32", "nested_offset": ${written}`;
  return new TextEncoder().encode(`{${text}, ${nested}}${' '.repeat(LONGEST_FLOAT - written.length)}`);
}

/** A finite float as Python's `repr` writes it: the shortest digits that read back the same, as in JavaScript. */
export function pythonFloat(value: number): string {
  const [digits, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}
