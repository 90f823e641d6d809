import { finiteCode } from "../reduction/finite.wgsl.ts";
import type { LineMap } from "../reduction/fold.wgsl.ts";
import { exponentialCode } from "../softmax/exponential.wgsl.ts";
import { gradientMap } from "../softmax-gradient/softmax-gradient.wgsl.ts";

export const logSoftmaxGradientMap = (): LineMap =>
  gradientMap(
    "logSoftmaxGradient",
    "dy",
    "bitsOrNan(dy - expOf(y) * sum, !isNan(y))",
    exponentialCode + finiteCode,
  );
