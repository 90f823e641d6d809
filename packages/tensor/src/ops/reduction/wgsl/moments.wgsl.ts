import { finiteCode } from "./finite.wgsl.ts";
import type { Reducer } from "./fold.wgsl.ts";

/**
 * The state is a count, a pivot, the mean minus the pivot, and M2 (Welford's recurrence, Chan's merge). The pivot is the first
 * value, then the current mean, so a mean far from 0 costs no precision, and a constant is exact.
 */
export const makeMomentsReducer = (): Reducer => ({
  name: "moments",
  state: "vec4f",
  stateWords: 4,
  element: "f32",
  results: 2,
  parameters: { divisor: "f32" },
  code: `${finiteCode}
fn initial() -> State { return vec4f(); }
fn take(s: State, x: f32, at: u32) -> State {
  let n = s.x + 1f;
  let pivot = select(s.y, x, s.x == 0f);
  let delta = x - pivot - s.z;
  let mean = s.z + delta / n;
  return vec4f(n, pivot, mean, fma(delta, x - pivot - mean, s.w));
}
fn merge(a: State, b: State) -> State {
  let n = max(a.x + b.x, 1f);
  let delta = (b.y - a.y) + (b.z - a.z);
  let share = b.x / n;
  let shift = fma(delta, share, a.z);
  let mean = a.y + shift;
  let both = vec4f(n, mean, shift - (mean - a.y), a.w + b.w + delta * delta * a.x * share);
  return select(select(both, a, b.x == 0f), b, a.x == 0f);
}
fn finish(s: State) -> vec2u {
  let mean = s.y + s.z;
  let isNumber = isFinite(mean) && s.x > 0f;
  return vec2u(bitsOrNan(mean, isNumber), bitsOrNan(s.w / p.divisor, isNumber && (s.w > 0f || p.divisor > 0f)));
}`,
});
