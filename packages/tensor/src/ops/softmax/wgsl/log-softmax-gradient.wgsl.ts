import { finiteCode } from "../../reduction/wgsl/finite.wgsl.ts";
import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";
import { exponentialCode } from "./exponential.wgsl.ts";
import { gradientMap } from "./softmax-gradient.wgsl.ts";

export const logSoftmaxGradientMap = (): LineMap =>
  gradientMap(
    "logSoftmaxGradient",
    "dy",
    "bitsOrNan(dy - expOf(y) * sum, !isNan(y))",
    exponentialCode + finiteCode,
  );
