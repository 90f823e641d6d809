import { scope } from "../../core/scope.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { RandomOptions } from "../../random/draw.ts";
import { checkLength } from "../../random/host-permutation.ts";
import { argsort } from "../argsort/argsort.ts";
import { randomBits } from "../random-bits/random-bits.ts";

/**
 * A random order of 0 ... length - 1, as i32: the ascending order of as many random words. The same on every backend, and
 * the same as `hostPermutation` gives on the host.
 *
 * Shapes: -> [length]. Throws ArgumentError unless length is an integer in [0, 2^31), or for an impossible key.
 *
 * @example randomPermutation(60_000, { seed: 42, stream: epoch })
 */
export function randomPermutation(length: number, options: RandomOptions): Tensor {
  checkLength("randomPermutation", length);
  return scope(() => argsort(randomBits([length], options)));
}
