/** Entries that the queue of launches holds: each has a block for its arguments in device memory. */
export const ringCapacity = 1024;

/** Words of a block: two cache lines. Longer argument lists lie in memory of their own. */
export const wordsOfBlock = 32;

export const argumentBytes: number = ringCapacity * wordsOfBlock * 4;

/** Bytes at address 0 that absorb a write through the pointer of an absent operand. */
export const guardBytes = 1024;

/** The address of the block that belongs to a place in the ring. */
export const computeBlockAddress = (place: number): number => guardBytes + place * wordsOfBlock * 4;
