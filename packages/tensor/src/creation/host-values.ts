import { OutOfMemoryError } from "../checks/errors.ts";

/** An array for values that are computed on the host first. Throws OutOfMemoryError if it cannot be allocated. */
export function allocateHostValues(operation: string, length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw new OutOfMemoryError(`${operation}: found too little memory on the host for ${length} values`, {
      cause,
    });
  }
}
