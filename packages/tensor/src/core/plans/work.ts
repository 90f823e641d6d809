/** The number of elements in a chunk: a few microseconds of work for a thread. */
export const elementsPerChunk = 16384;

/** The number of items in a chunk if each of them processes `elementsPerItem` elements. */
export function countItemsPerChunk(elementsPerItem: number): number {
  return Math.max(1, Math.floor(elementsPerChunk / Math.max(1, elementsPerItem)));
}
