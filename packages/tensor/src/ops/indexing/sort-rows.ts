import { getBuiltinName } from "../../checks/builtin-name.ts";
import type { NumericArray } from "../../expression/storage.ts";
import { computeAscendingOrder } from "../../random/host-permutation.ts";

const nan = 0xffffffff;

/**
 * Unsigned integers in the order of the values. The bits of a float order like its magnitude: positive ones get the sign
 * bit, negative ones are inverted; adding 0 makes both zeros equal.
 */
function makeSortKeys(values: NumericArray): Uint32Array {
  const type = getBuiltinName(values);
  if (type !== "Float32Array") {
    const keys = new Uint32Array(values);
    const flip = type === "Int32Array" ? 0x80000000 : 0;
    for (let index = 0; index < keys.length; index++) keys[index]! ^= flip;
    return keys;
  }
  const numbers = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) numbers[index] = values[index]! + 0;
  const keys = new Uint32Array(numbers.buffer);
  for (let index = 0; index < keys.length; index++) {
    const word = keys[index]!;
    const key = word >>> 31 === 1 ? ~word : word | 0x80000000;
    keys[index] = (word & 0x7fffffff) > 0x7f800000 ? nan : key;
  }
  return keys;
}

/** Writes the ascending order of each row of `length` elements. */
export function sortRows(values: NumericArray, orders: NumericArray, length: number): void {
  const keys = makeSortKeys(values);
  for (let row = 0; row < keys.length; row += length) {
    orders.set(computeAscendingOrder(keys.subarray(row, row + length)), row);
  }
}
