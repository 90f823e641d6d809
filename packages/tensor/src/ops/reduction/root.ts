import type { Tensor } from "../../core/memory/tensor.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";

/**
 * The root x^(1 / degree) with slope 0 at 0: a norm or deviation of 0 gets the gradient 0, as in PyTorch, where the chain rule alone
 * would give 0 * Infinity.
 */
export function takeRoot(x: Tensor, degree: number): Tensor {
  return pointwise([x], (value) => {
    const isZero = e.equal(value, 0);
    const safe = e.select(isZero, 1, value);
    return e.select(isZero, 0, degree === 2 ? e.sqrt(safe) : e.pow(safe, 1 / degree));
  });
}
