/**
 * Hands on the items of `source` while it prepares the next `depth` of them: the work between two items overlaps with what the
 * consumer waits for. Order and errors stay as they are; leaving the loop early ends the source.
 */
export async function* prefetch<Item>(source: AsyncIterable<Item>, depth = 1): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<Item>>[] = [];
  const request = (): void => {
    const next = iterator.next();
    // A rejection is handled where the item is awaited, in its turn.
    next.catch(() => undefined);
    pending.push(next);
  };
  try {
    request();
    while (true) {
      while (pending.length <= depth) request();
      const result = await pending.shift()!;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await Promise.allSettled(pending);
    await iterator.return?.();
  }
}
