import { checkOptions } from "../checks/check.ts";
import { ArgumentError } from "../checks/errors.ts";
import type { KeyOptions } from "./key-options.ts";
import { drawKeyWords, keyRules } from "./key-options.ts";
import { threefry } from "./threefry.ts";

/** The indices of the keys in ascending order; equal keys keep their order. Keys are 32-bit unsigned integers. */
export function computeAscendingOrder(keys: ArrayLike<number>): Int32Array {
  // One 64-bit integer for each key, with the key above its index, is sorted without a comparison function.
  const pairs = new BigUint64Array(keys.length);
  const words = new Uint32Array(pairs.buffer);
  for (let index = 0; index < keys.length; index++) {
    words[2 * index] = index;
    words[2 * index + 1] = keys[index]!;
  }
  pairs.sort();
  const order = new Int32Array(keys.length);
  // A loop, because `from` of typed arrays is tens of times slower.
  for (let index = 0; index < order.length; index++) order[index] = words[2 * index]!;
  return order;
}

/**
 * A random permutation of 0 ... length - 1 for code on the host, equal to that of `randomPermutation` on a device.
 *
 * Throws ArgumentError unless length is an integer in [0, 2^31), and for an impossible key.
 *
 * @example drawPermutation(60_000, { seed: 42, stream: epoch })
 */
export function drawPermutation(length: number, options: KeyOptions = {}): Int32Array {
  checkLength("drawPermutation", length);
  checkOptions<KeyOptions>("drawPermutation", options, keyRules);
  const [seed, stream] = drawKeyWords("drawPermutation", options);
  return computeAscendingOrder(Uint32Array.from({ length }, (_, index) => threefry(seed, stream, index)));
}

export function checkLength(operation: string, length: number): void {
  if (Number.isInteger(length) && length >= 0 && length < 2 ** 31) return;
  throw new ArgumentError(`${operation}: length: found ${length}, expected an integer in [0, 2^31)`);
}
