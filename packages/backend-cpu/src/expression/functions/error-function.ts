import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { expOfSum } from "./exponential.ts";
import { clamp, polynomial } from "./helpers.ts";

/**
 * At most 1.5 ulp off. Below 0.93 it is x + x p(x^2), from there on 1 - e^(-|x| q(|x|)), which is 1 from 4 on. Both
 * polynomials are minimax fits of the relative error (Lawson's algorithm): 0.3 and 0.05 ulp before rounding.
 */
export function erf(x: Value): Value {
  const bounded = clamp(x, -4, 4);
  const size = e.abs(bounded);
  const p = polynomial(
    e.mul(bounded, bounded),
    [-5.96409791e-4, 4.98797373e-3, -2.67631037e-2, 1.12817205e-1, -3.76124847e-1, 1.28379148e-1],
  );
  const q = polynomial(
    size,
    [-2.13724063e-4, 3.21279924e-3, -2.2883027e-2, 1.05250985e-1, 6.35726591e-1, 1.1285119],
  );
  const near = e.add(e.mul(p, bounded), bounded);
  const far = e.sub(1, expOfSum(e.neg(e.mul(q, size))));
  return e.select(e.less(size, 0.93), near, e.select(e.less(x, 0), e.neg(far), far));
}
