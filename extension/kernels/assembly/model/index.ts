export { attention } from './attention';
export { addBias } from './bias';
export { divergence } from './divergence';
export { add, multiply, relu, scale } from './elementwise';
export { exponentials } from './exp';
export { gather } from './gather';
export { gelu, geluTanh } from './gelu';
export { layerNorm } from './layer-norm';
export { logSumExp } from './log-sum-exp';
export { matmul, useTallTiles } from './matmul';
export { pack4, pack8 } from './pack';
export { rmsNorm } from './rms-norm';
export { rotate } from './rotate';
export { roundFloats, roundIntegers } from './round-rows';
export { addRows, gatherRows } from './rows';
export { swiglu } from './swiglu';
export { softcap } from './tanh';

/** First byte after the static data: the host's buffers begin here. */
export function heapBase(): usize {
  return __heap_base;
}
