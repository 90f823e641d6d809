import { finiteCode } from "../../reduction/wgsl/finite.wgsl.ts";
import type { Fold } from "../../reduction/wgsl/fold.wgsl.ts";
import { exponentialCode } from "./exponential.wgsl.ts";

/**
 * The exponentials of a line without overflow: the maximum m begins below every number except -infinity, whose weight
 * is therefore 0. Equal infinities have weight 1. A sum of weights is `rescaled` when the maximum grows, and NaN stays
 * NaN.
 */
export const weightCode: string = `${exponentialCode}${finiteCode}
const lowest = -0x1.fffffep+127f;
fn weight(x: f32, m: f32) -> f32 { return select(computeExp(x - m), 1f, x == m); }
fn plusWeight(s: f32, m: f32, x: f32) -> f32 {
  let e = weight(min(x, m), max(x, m));
  let sum = select(s + e, fma(s, e, 1f), x > m);
  return bitcast<f32>(select(bitcast<u32>(sum), bitcast<u32>(x), isNan(x)));
}
fn isRegular(m: f32, s: f32) -> bool { return isFinite(m) && isFinite(s) && s > 0f; }`;

/** The maximum, and the sum of exp(x - maximum). */
export const logSumExpFold: Omit<Fold, "name"> = {
  state: "vec2f",
  stateWords: 2,
  element: "f32",
  code: `${weightCode}
fn initial() -> State { return vec2f(lowest, 0f); }
fn take(s: State, x: f32, at: u32) -> State { return vec2f(max(s.x, x), plusWeight(s.y, s.x, x)); }
fn merge(a: State, b: State) -> State {
  let m = max(a.x, b.x);
  return vec2f(m, a.y * weight(a.x, m) + b.y * weight(b.x, m));
}`,
};
