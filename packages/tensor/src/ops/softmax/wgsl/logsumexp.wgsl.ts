import type { Reducer } from "../../reduction/wgsl/fold.wgsl.ts";
import { logSumExpFold } from "./log-sum-exp.wgsl.ts";

/** An infinite maximum is the result; if every weight is 0, the result is -infinity. */
export const makeLogsumexpReducer = (): Reducer => ({
  ...logSumExpFold,
  name: "logsumexp",
  code: `${logSumExpFold.code}
fn finish(s: State) -> u32 {
  let sum = bitcast<u32>(select(s.x, s.x + computeLog(s.y), isFinite(s.x)));
  return select(select(sum, 0xff800000u, s.y == 0f), 0x7fc00000u, isNan(s.y));
}`,
});
