import { finiteCode } from "../../reduction/wgsl/finite.wgsl.ts";
import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";
import { exponentialCode } from "./exponential.wgsl.ts";
import { makeGradientMap } from "./softmax-gradient.wgsl.ts";

export const makeLogSoftmaxGradientMap = (): LineMap =>
  makeGradientMap(
    "logSoftmaxGradient",
    "dy",
    "bitsOrNan(dy - computeExp(y) * sum, !isNan(y))",
    exponentialCode + finiteCode,
  );
