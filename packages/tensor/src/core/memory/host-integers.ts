import { indexType } from "../../expression/dtype-kinds.ts";
import type { NumericArray } from "../../expression/storage.ts";
import type { Tensor } from "./tensor.ts";

interface Upload {
  readonly values: NumericArray;
  readonly byteOffset: number;
}

/** Keyed by storage, so that a reshaped tensor is recognized too. */
const uploads = new WeakMap<object, Upload>();

/**
 * Stores the values from which a tensor was created, if they may be labels or indices, so that they can be checked
 * without reading from the device. The array must not be changed afterwards.
 */
export function rememberIntegers({ storage, byteOffset, dtype }: Tensor, values: NumericArray): void {
  if (dtype === indexType) uploads.set(storage, { values, byteOffset });
}

/** The values that `rememberIntegers` stored for this tensor, or for one of the same memory. */
export function recallIntegers({ storage, byteOffset, size }: Tensor): NumericArray | undefined {
  const known = uploads.get(storage);
  return known?.byteOffset === byteOffset && known.values.length === size ? known.values : undefined;
}
