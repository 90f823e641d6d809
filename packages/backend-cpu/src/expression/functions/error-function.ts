import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { expOfSum } from "./exponential.ts";
import { clamp, polynomial } from "./helpers.ts";

/**
 * At most 1.25 ulp off. Near 0 a polynomial, beyond it 1 - e^-p(|x|), which is 1 from 4 on. The coefficients are those of
 * N. Juffa, "Efficient computation of the error function in single precision" (public domain).
 */
export function erf(x: Value): Value {
  const bounded = clamp(x, -4, 4);
  const z = e.mul(bounded, bounded);
  const near = polynomial(
    z,
    [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1],
  );
  const size = e.abs(bounded);
  const far = polynomial(
    size,
    [
      -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1,
      -1.28717512e-1,
    ],
  );
  const complement = expOfSum(e.sub(e.mul(far, size), size));
  const distant = e.sub(1, complement);
  return e.select(
    e.less(size, 475 / 512),
    e.add(e.mul(near, bounded), bounded),
    e.select(e.less(x, 0), e.neg(distant), distant),
  );
}
