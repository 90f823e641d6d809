import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";
import { logSumExpFold } from "./log-sum-exp.wgsl.ts";

const makeMap = (name: string, shiftOrScale: string, result: string): LineMap => ({
  ...logSumExpFold,
  name,
  maps: true,
  code: `${logSumExpFold.code}
struct Facts { m: f32, factor: f32, isNumber: bool }
fn prepare(s: State, line: u32) -> Facts { return Facts(s.x, ${shiftOrScale}, isRegular(s.x, s.y)); }
fn map(x: f32, facts: Facts, at: u32) -> u32 { return bitsOrNan(${result}, facts.isNumber); }`,
});

export const makeSoftmaxMap = (): LineMap =>
  makeMap("softmax", "1f / s.y", "computeExp(x - facts.m) * facts.factor");

export const makeLogSoftmaxMap = (): LineMap =>
  makeMap("logSoftmax", "computeLog(s.y)", "x - facts.m - facts.factor");
