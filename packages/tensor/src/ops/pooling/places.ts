import type { DType } from "../../expression/dtype.ts";
import type { PoolAttributes } from "./attributes.ts";

/** Places in windows of up to 256 positions fit in a byte. */
export function placeType({ kernel }: PoolAttributes): DType {
  return kernel.reduce((size, length) => size * length, 1) <= 256 ? "u8" : "i32";
}
