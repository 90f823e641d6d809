import { nextTurn } from "@evenkeel/tensor";
import { checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";

/**
 * Hands on the items of `source` while it prepares the next `depth` of them: the work between two items overlaps with what the
 * consumer waits for. Order and errors stay as they are. Leaving the loop early ends the source once it has made the items that were
 * requested, without waiting for them. Throws ArgumentError unless `depth` is a non-negative integer.
 *
 * @example for await (const item of prefetch(items, 2)) await use(item);
 */
export function prefetch<Item>(source: AsyncIterable<Item>, depth = 1): AsyncGenerator<Item> {
  checkValue("prefetch: depth", depth, nonNegativeInteger);
  return itemsAhead(source, depth);
}

async function* itemsAhead<Item>(source: AsyncIterable<Item>, depth: number): AsyncGenerator<Item> {
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
    const ended = Promise.allSettled(pending).then(() => iterator.return?.());
    // Items that were requested ahead may never come, and nobody needs them.
    await Promise.race([ended, nextTurn()]);
  }
}
