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
 * Notes the values that a tensor was made from, if it may hold labels or indices, so that those can be checked without reading the
 * device. The array must not change afterwards.
 */
export function rememberIntegers({ storage, byteOffset, dtype }: Tensor, values: NumericArray): void {
  if (dtype === indexType) uploads.set(storage, { values, byteOffset });
}

/** The values that `rememberIntegers` noted for this tensor, or for one of which it is another view. */
export function rememberedIntegers({ storage, byteOffset, size }: Tensor): NumericArray | undefined {
  const known = uploads.get(storage);
  return known?.byteOffset === byteOffset && known.values.length === size ? known.values : undefined;
}
