/**
 * What a launch finds of its kernel in device memory, 4 bytes each: the place of the module's bytes and that of the entry's name, and the number
 * of the module among those that the host has shared, which have no bytes there.
 */
export type KernelRecord = readonly [
  address: number,
  bytes: number,
  nameAddress: number,
  nameBytes: number,
  shared: number,
];

export const recordWords = 5;

/** Stands in place of a number if the threads compile the module themselves. */
export const notShared = -1;
