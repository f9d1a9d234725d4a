export { attention } from './attention';
export { divergence } from './divergence';
export { exponentials } from './exp';
export { gather } from './gather';
export { logSumExp } from './log-sum-exp';
export { matmul } from './matmul';
export { pack4, pack8 } from './pack';
export { rmsNorm } from './rms-norm';
export { rotate } from './rotate';
export { swiglu } from './swiglu';

/** First byte after the static data: the host's buffers begin here. */
export function heapBase(): usize {
  return __heap_base;
}
