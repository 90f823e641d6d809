import type { NumericArray } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

interface Upload {
  readonly values: NumericArray;
  readonly byteOffset: number;
}

/** By the memory that they were uploaded to, so that a reshaped tensor is known too. */
const uploads = new WeakMap<object, Upload>();

/**
 * Notes what an integer tensor was made from, so that labels and indices can be checked without asking the device. The array must
 * not change afterwards.
 */
export function rememberIntegers({ storage, byteOffset }: Tensor, values: NumericArray): void {
  uploads.set(storage, { values, byteOffset });
}

/** What `rememberIntegers` was told of this tensor, or of one that it is another view of. */
export function rememberedIntegers({ storage, byteOffset, size }: Tensor): NumericArray | undefined {
  const known = uploads.get(storage);
  return known?.byteOffset === byteOffset && known.values.length === size ? known.values : undefined;
}
