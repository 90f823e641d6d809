import { OutOfMemoryError } from "../checks/errors.ts";

/** Room for values that are made on the host first. Throws OutOfMemoryError where there is none. */
export function hostValues(operation: string, length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw new OutOfMemoryError(`${operation}: found too little memory on the host for ${length} values`, {
      cause,
    });
  }
}
