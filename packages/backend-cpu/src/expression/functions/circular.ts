import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { clamp, nearestInteger, polynomial } from "./helpers.ts";

/** pi / 2: three parts of 8 bits, whose products with numbers below 2^16 are exact, and the rest (Cody and Waite). */
const halfPiParts = [201 / 2 ** 7, 253 / 2 ** 19, 170 / 2 ** 27, 9.920935796805404e-10];

/** sin(x + quadrants pi / 2). The polynomials are those of Cephes, `sinf`, for |r| up to pi / 4. */
function sinFromQuadrant(x: Value, quadrants: number): Value {
  const { float, integer } = nearestInteger(e.mul(x, 2 / Math.PI));
  const reduced = halfPiParts.reduce((rest, part) => e.sub(rest, e.mul(float, part)), x);
  // Beyond 1e5 the reduction loses its bits: at least the result stays in [-1, 1].
  const r = clamp(reduced, -0.8, 0.8);
  const z = e.mul(r, r);
  const sine = polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
  const cosine = polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  const quadrant = e.add(integer, quadrants);
  const value = e.select(
    e.equal(e.and(quadrant, 1), 0),
    e.add(e.mul(e.mul(sine, z), r), r),
    e.add(e.sub(e.mul(e.mul(cosine, z), z), e.mul(z, 0.5)), 1),
  );
  return e.select(e.equal(e.and(quadrant, 2), 0), value, e.neg(value));
}

/** Within 1e-7 for |x| up to 1e5, and in [-1, 1] for every finite x. */
export function sin(x: Value): Value {
  return sinFromQuadrant(x, 0);
}

/** Within 1e-7 for |x| up to 1e5, and in [-1, 1] for every finite x. */
export function cos(x: Value): Value {
  return sinFromQuadrant(x, 1);
}
