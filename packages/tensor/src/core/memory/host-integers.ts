import type { NumericArray } from "../../expression/storage.ts";
import type { Tensor } from "./tensor.ts";

interface Upload {
  readonly values: NumericArray;
  readonly byteOffset: number;
}

/** Keyed by storage, so that a reshaped tensor is recognized too. */
const uploads = new WeakMap<object, Upload>();

/**
 * Notes the values that an integer tensor was made from, so that labels and indices can be checked without reading the device.
 * The array must not change afterwards.
 */
export function rememberIntegers({ storage, byteOffset }: Tensor, values: NumericArray): void {
  uploads.set(storage, { values, byteOffset });
}

/** The values that `rememberIntegers` noted for this tensor, or for one of which it is another view. */
export function rememberedIntegers({ storage, byteOffset, size }: Tensor): NumericArray | undefined {
  const known = uploads.get(storage);
  return known?.byteOffset === byteOffset && known.values.length === size ? known.values : undefined;
}
