import type { DType } from "../../expression/dtype.ts";
import { isSigned } from "../../expression/dtype.ts";

/** The bits to flip in the keys of a dtype, so that a comparison of signed integers finds the largest or the smallest. */
export function getKeyFlips(dtype: DType, largest: boolean): number {
  if (!isSigned(dtype)) return largest ? -(2 ** 31) : 2 ** 31 - 1;
  return largest ? 0 : -1;
}
