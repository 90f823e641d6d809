import type { ExpressionNode, Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";
import { polynomial, roundToInteger } from "./helpers.ts";

/** pi / 2: four parts of 8 bits, whose products with numbers below 2^16 are exact, and the rest (Cody and Waite). */
const halfPiParts = [201 / 2 ** 7, 253 / 2 ** 19, 170 / 2 ** 27, 136 / 2 ** 37, 2.5633441515945023e-12];

/** sin(x + quadrants pi / 2) for |x| up to 2^15. The polynomials are those of Cephes, `sinf`, for |r| up to pi / 4. */
function sinFromQuadrant(x: Value, quadrants: number): Value {
  const { float, integer } = roundToInteger(e.mul(x, 2 / Math.PI));
  const r = halfPiParts.reduce((rest, part) => e.sub(rest, e.mul(float, part)), x);
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

/** The function itself stays as a node of two operands, x and its value where x is small: see `emitSine`. */
const circular = (op: "sin" | "cos", x: Value): Value =>
  x.builder.add({
    op,
    type: x.type,
    operands: [x.node, sinFromQuadrant(x, op === "sin" ? 0 : 1).node],
  } as unknown as ExpressionNode);

/** Within 2.8 ulp for every x. */
export const sin = (x: Value): Value => circular("sin", x);

/** Within 2.8 ulp for every x. */
export const cos = (x: Value): Value => circular("cos", x);
