import type { Value } from "@evenkeel/tensor";
import { e } from "@evenkeel/tensor";

/** The truncated quotient through unsigned division: the magnitude of the least i32 is a u32. Wraps; 0 for a divisor of 0. */
export function divideSigned(a: Value, b: Value): Value {
  const quotient = e.div(e.bitcast(e.abs(a), "u32"), e.bitcast(e.abs(b), "u32"));
  const sign = e.shiftRight(e.xor(a, b), 31);
  return e.sub(e.xor(e.bitcast(quotient, "i32"), sign), sign);
}

/**
 * The remainder of the truncated quotient. Integers: 0 for a divisor of 0. Floats: exact, with the sign of a, and a where only the
 * divisor is infinite.
 */
export function remainder(a: Value, b: Value): Value {
  if (a.type === "f32") return floatRemainder(a, b);
  const quotient = a.type === "i32" ? divideSigned(a, b) : e.div(a, b);
  return e.select(e.equal(b, 0), 0, e.sub(a, e.mul(quotient, b)));
}

/** Computed from magnitudes. A quotient above 2^53 may have been rounded up once: the rest is then negative. */
function floatRemainder(a: Value, b: Value): Value {
  const divisor = e.abs(b);
  const size = e.abs(a);
  const rest = e.rem(size, divisor);
  const inside = e.select(e.less(rest, 0), e.add(rest, divisor), rest);
  const magnitude = e.select(e.less(size, divisor), size, inside);
  const sign = e.and(e.bitcast(a, "u32"), 0x80000000);
  return e.bitcast(e.or(e.bitcast(magnitude, "u32"), sign), "f32");
}
