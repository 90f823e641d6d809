import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { polynomial } from "./helpers.ts";

/** The tangent of pi / 8: above it, a quotient q is replaced by (q - 1) / (q + 1), whose angle is smaller by pi / 4. */
const steep = Math.tan(Math.PI / 8);

/**
 * At most 3.5 ulp off. The angle is that of the smaller coordinate over the larger one, mirrored where these are exchanged and where
 * x is negative. The polynomial is that of Cephes, `atanf`.
 */
export function atan2(y: Value, x: Value): Value {
  const [width, height] = [e.abs(x), e.abs(y)];
  const [low, high] = [e.min(width, height), e.max(width, height)];
  // Of two infinities, too, the quotient is 1.
  const quotient = e.select(e.equal(low, high), e.select(e.equal(high, 0), 0, 1), e.div(low, high));
  const isSteep = e.greater(quotient, steep);
  const z = e.select(isSteep, e.div(e.sub(quotient, 1), e.add(quotient, 1)), quotient);
  const square = e.mul(z, z);
  const tail = polynomial(square, [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1]);
  const near = e.add(e.mul(e.mul(tail, square), z), z);
  const octant = e.add(near, e.select(isSteep, e.constantLike(x, Math.PI / 4), 0));
  const quadrant = e.select(e.greater(height, width), e.sub(Math.PI / 2, octant), octant);
  const angle = e.select(e.less(e.bitcast(x, "i32"), 0), e.sub(Math.PI, quadrant), quadrant);
  const sign = e.and(e.bitcast(y, "u32"), 0x80000000);
  return e.bitcast(e.or(e.bitcast(angle, "u32"), sign), "f32");
}
