import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { crossEntropyCases } from "./cross-entropy-cases.ts";
import type { CrossEntropyAttributes } from "./softmax-cross-entropy.ts";
import { softmaxCrossEntropyOp } from "./softmax-cross-entropy.ts";

export const cases: OpCases<CrossEntropyAttributes> = {
  op: softmaxCrossEntropyOp,
  accuracy: {
    relative: 8 * 2 ** -24,
    absolute: 8 * 2 ** -24,
    reason: "the sum of exponentials has a relative error of a few u, which its logarithm makes absolute",
  },
  cases: withHalves(["ten classes", "smoothed"], crossEntropyCases(false)),
};
