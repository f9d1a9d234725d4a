import type { StorageDtype } from '../checkpoint/storage-dtype';

/** Name that bitsandbytes gives the dtype a tensor had before; it takes 16 and 32-bit floats. */
function torchName(source: StorageDtype): string {
  if (source === 'F32' || source === 'F64') return 'float32';
  return source === 'F16' ? 'float16' : 'bfloat16';
}

/**
 * Content of `quant_state.bitsandbytes__nf4`: what `QuantState.as_dict(packed=True)` of bitsandbytes 0.50 writes,
 * JSON as Python's `json.dumps` spaces it.
 */
export function nf4State(shape: readonly number[], groupSize: number, source: StorageDtype): Uint8Array<ArrayBuffer> {
  const text = `{"quant_type": "nf4", "blocksize": ${groupSize}, "dtype": "${torchName(source)}", "shape": [${shape.join(', ')}]}`;
  return new TextEncoder().encode(text);
}
