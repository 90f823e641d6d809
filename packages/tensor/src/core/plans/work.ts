/** Elements that are worth a chunk of their own on a thread: a few microseconds of work. */
export const elementsPerChunk = 16384;

/** Items in a chunk of work, when each of them touches that many elements. */
export function itemsPerChunk(elementsPerItem: number): number {
  return Math.max(1, Math.floor(elementsPerChunk / Math.max(1, elementsPerItem)));
}
