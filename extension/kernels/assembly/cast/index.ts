/**
 * The cast kernels: plain pointers and integers, no state but tables and the caller's memory. Each function follows a
 * reference in extension/core, bit for bit; the host side is extension/kernels/cast.ts.
 */
import { prepareIq4 } from './ggml/iq4-codes';
import { prepareElements } from './mx-elements';

export { encodeRuns } from './encode-runs';
export { decodeFloatRuns } from './decode-floats';
export { encodeIntegerRuns } from './encode-integers';
export { deriveCodes, deriveScales, uncounted } from './double-rounding';
export { defineFloat } from './float-layouts';
export { widenDefined } from './defined-float';
export { scaleRuns } from './scale-runs';
export { encodeCodebook } from './codebook';
export { decodeCodebook } from './codebook-decode';
export {
  beginCodebook,
  codebookBucket,
  codebookCode,
  codebookNumber,
  codebookPlace,
  currentCodebook,
} from './codebook-tables';
export { addToValues } from './add-to-values';
export { takeColumn, putColumn, columnRanges } from './columns';
export { packHighFirst, unpackHighFirst, packNarrow, unpackNarrow } from './codebook-packing';
export { packCodes, packInt4, unpackCodes, unpackInt4 } from './integer-packing';
export { widenInt8, widenInt16 } from './integer';
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
export { encodeGgml, decodeGgml, countLost } from './ggml/blocks';
export { packBits, unpackBits } from './mx-packing';
export { rotateRows } from './hadamard';

/** First byte after static data: the host's buffers begin here. */
export function heapBase(): usize {
  return __heap_base;
}

/** Copies bytes within the memory. */
export function copy(source: usize, target: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}

prepareElements();
prepareIq4();
