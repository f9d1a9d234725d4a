/**
 * The cast kernels: plain pointers and integers, no state but tables and the caller's memory. Each function follows a
 * reference in extension/core, bit for bit; the host side is extension/kernels/cast.ts.
 */
import { prepareElements } from './mx-elements';
import { TABLE_BYTES, prepareNf4 } from './nf4';

export { encodeRuns } from './encode-runs';
export { scaleRuns } from './scale-runs';
export { encodeNf4, packNf4, decodeNf4 } from './nf4';
export { packInt4, unpackInt4 } from './int4-packing';
export { widenInt8 } from './integer';
export { widenBf16 } from './bf16';
export { widenFp16 } from './fp16';
export { widenE4m3 } from './e4m3';
export { widenE5m2 } from './e5m2';
export { widenF64 } from './widen-f64';
export { tensorRange } from './range';
export { measureRows } from './errors';
export { profileValues } from './profile';
export { encodeMx, decodeMx } from './mx';
export { encodeNvfp4, decodeNvfp4 } from './nvfp4';
export { encodeBfp, decodeBfp } from './bfp';
export { packBits, unpackBits } from './mx-packing';
export { rotateRows } from './hadamard';

/** First byte after static data and tables: the host's buffers begin here. */
export function heapBase(): usize {
  return __heap_base + TABLE_BYTES;
}

/** Copies bytes within the memory. */
export function copy(source: usize, target: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}

prepareNf4();
prepareElements();
