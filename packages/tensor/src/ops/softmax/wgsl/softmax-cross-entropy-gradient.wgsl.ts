import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";
import { logSumExpFold } from "./log-sum-exp.wgsl.ts";
import { crossEntropyParameters } from "./softmax-cross-entropy.wgsl.ts";

export const makeCrossEntropyGradientMap = (): LineMap => ({
  ...logSumExpFold,
  name: "softmaxCrossEntropyGradient",
  perLine: { labels: "i32", dLoss: "f32" },
  parameters: crossEntropyParameters,
  maps: true,
  code: `${logSumExpFold.code}
struct Facts { m: f32, scale: f32, slope: f32, label: i32, isNumber: bool }
fn prepare(s: State, line: u32) -> Facts {
  let label = labels[line];
  let isNumber = isRegular(s.x, s.y) && bitcast<u32>(label) < p.classes;
  return Facts(s.x, 1f / s.y, dLoss[line], label, isNumber);
}
fn map(x: f32, facts: Facts, at: u32) -> u32 {
  let w = p.share + select(0f, p.rest, i32(at) == facts.label);
  let slope = facts.slope * (computeExp(x - facts.m) * facts.scale - w);
  return select(bitsOrNan(slope, facts.isNumber), 0u, facts.label == p.ignored);
}`,
});
