import { waitForNextTurn } from "@evenkeel/tensor";
import { checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";

/**
 * Yields the items of `source` while the next `depth` items are prepared, so that preparation overlaps with what the
 * consumer waits for. Order and errors are preserved. Leaving the loop early ends the source once it has produced the
 * items that were requested, without waiting for them. Throws ArgumentError unless `depth` is a non-negative integer.
 *
 * @example for await (const item of prefetch(items, 2)) await use(item);
 */
export function prefetch<Item>(source: AsyncIterable<Item>, depth = 1): AsyncGenerator<Item> {
  checkValue("prefetch: depth", depth, nonNegativeInteger);
  return readAhead(source, depth);
}

async function* readAhead<Item>(source: AsyncIterable<Item>, depth: number): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]();
  const pending: Promise<IteratorResult<Item>>[] = [];
  const request = (): void => {
    const next = iterator.next();
    // A rejection is handled later, when the item is awaited.
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
    const ended = Promise.allSettled(pending).then(() => iterator.return?.());
    // Items that were requested in advance may never arrive and are not needed.
    await Promise.race([ended, waitForNextTurn()]);
  }
}
