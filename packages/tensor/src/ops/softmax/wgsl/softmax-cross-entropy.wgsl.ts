import type { Spec } from "../../../core/spec.ts";
import type { Reducer } from "../../reduction/wgsl/fold.wgsl.ts";
import type { CrossEntropyAttributes } from "../attributes.ts";
import { weightCode } from "./log-sum-exp.wgsl.ts";

/**
 * The parameters of a launch: the number of classes, the share of each, the remaining share of the label, and the label
 * to ignore.
 */
export const crossEntropyParameters = {
  classes: "u32",
  share: "f32",
  rest: "f32",
  ignored: "i32",
} as const;

/** The values of these parameters. */
export function listCrossEntropyNumbers(
  logits: Spec,
  attrs: CrossEntropyAttributes,
): { [Name in keyof typeof crossEntropyParameters]: number } {
  const { labelSmoothing, ignoreIndex } = attrs;
  const classes = logits.shape[1]!;
  return { classes, share: labelSmoothing / classes, rest: 1 - labelSmoothing, ignored: ignoreIndex };
}

/**
 * loss = log s - d with d = sum of w (x - m), where the weights w of the classes sum to 1. The state is m, s, d, and
 * the sum of the weights so far, by which d changes with m.
 */
export const makeCrossEntropyReducer = (): Reducer => ({
  name: "softmaxCrossEntropy",
  counts: true,
  state: "vec4f",
  stateWords: 4,
  element: "f32",
  perLine: { labels: "i32" },
  enter: "label = labels[line];",
  parameters: crossEntropyParameters,
  code: `${weightCode}
var<private> label: i32;
fn weighted(w: f32, z: f32) -> f32 { return select(w * z, 0f, w == 0f); }
fn initial() -> State { return vec4f(lowest, 0f, 0f, 0f); }
fn take(s: State, x: f32, at: u32) -> State {
  let m = max(s.x, x);
  let w = p.share + select(0f, p.rest, i32(at) == label);
  let d = s.z + weighted(s.w, s.x - m) + weighted(w, x - m);
  return vec4f(m, plusWeight(s.y, s.x, x), d, s.w + w);
}
fn merge(a: State, b: State) -> State {
  let m = max(a.x, b.x);
  let d = a.z + b.z + weighted(a.w, a.x - m) + weighted(b.w, b.x - m);
  return vec4f(m, a.y * weight(a.x, m) + b.y * weight(b.x, m), d, a.w + b.w);
}
fn finish(s: State) -> u32 {
  let isClass = bitcast<u32>(label) < p.classes;
  countOutside(u32(!isClass && label != p.ignored));
  let isNumber = isRegular(s.x, s.y) && isClass;
  return select(bitsOrNan(computeLog(s.y) - s.z, isNumber), 0u, label == p.ignored);
}`,
});
