import { getBuiltinName } from "../../checks/builtin-name.ts";
import type { NumericArray } from "../../expression/storage.ts";
import { computeAscendingOrder } from "../../random/host-permutation.ts";

const nan = 0xffffffff;

/**
 * Unsigned integers in the order of the values. The bits of a float order like its magnitude: positive ones get the sign
 * bit, negative ones are inverted; adding 0 makes both zeros equal.
 */
function sortKeys(values: NumericArray): Uint32Array {
  const type = getBuiltinName(values);
  if (type === "Int32Array") return Uint32Array.from(values, (value) => value ^ 0x80000000);
  if (type !== "Float32Array") return Uint32Array.from(values);
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  return bits.map((word, index) => {
    if (Number.isNaN(values[index])) return nan;
    return word >>> 31 === 1 ? ~word : word | 0x80000000;
  });
}

/** Writes the ascending order of each row of `length` elements. */
export function sortRows(values: NumericArray, orders: NumericArray, length: number): void {
  const keys = sortKeys(values);
  for (let row = 0; row < keys.length; row += length) {
    orders.set(computeAscendingOrder(keys.subarray(row, row + length)), row);
  }
}
