/**
 * Runs tasks with at most `width` under way and yields their results in the order of the tasks.
 * A task is pulled only when there is room, so a lazy source keeps memory bounded by `width` results.
 * When a task fails, no further task is started and the failure is thrown once those under way have settled.
 */
export async function* inOrder<T>(
  tasks: Iterable<() => Promise<T>> | AsyncIterable<() => Promise<T>>,
  width: number,
): AsyncGenerator<T, void, undefined> {
  const underWay: Promise<T>[] = [];
  try {
    for await (const task of tasks) {
      const started = task();
      // A rejection is observed when its turn comes; until then it must not count as unhandled.
      started.catch(() => undefined);
      underWay.push(started);
      if (underWay.length >= width) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
