import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";

/** The truncated quotient through unsigned division: the magnitude of the least i32 is a u32. Wraps; 0 for a divisor of 0. */
export function divideSigned(a: Value, b: Value): Value {
  const quotient = e.div(e.bitcast(e.abs(a), "u32"), e.bitcast(e.abs(b), "u32"));
  const sign = e.shiftRight(e.xor(a, b), 31);
  return e.sub(e.xor(e.bitcast(quotient, "i32"), sign), sign);
}

/** The remainder of the truncated quotient. Integers: 0 for a divisor of 0. Floats: a where only the divisor is infinite. */
export function remainder(a: Value, b: Value): Value {
  if (a.type === "f32") {
    const inf = Number.POSITIVE_INFINITY;
    return e.select(e.and(e.equal(e.abs(b), inf), e.less(e.abs(a), inf)), a, e.rem(a, b));
  }
  const quotient = a.type === "i32" ? divideSigned(a, b) : e.div(a, b);
  return e.select(e.equal(b, 0), 0, e.sub(a, e.mul(quotient, b)));
}
