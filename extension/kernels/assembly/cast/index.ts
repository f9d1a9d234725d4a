/** First byte after the static data: the host's buffers begin here. */
export function heapBase(): usize {
  return __heap_base;
}
