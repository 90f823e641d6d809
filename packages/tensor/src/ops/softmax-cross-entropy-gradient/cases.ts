import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { crossEntropyCases } from "../softmax-cross-entropy/cross-entropy-cases.ts";
import type { CrossEntropyAttributes } from "../softmax-cross-entropy/softmax-cross-entropy.ts";
import { softmaxCrossEntropyGradientOp } from "./softmax-cross-entropy-gradient.ts";

export const cases: OpCases<CrossEntropyAttributes> = {
  op: softmaxCrossEntropyGradientOp,
  accuracy: {
    relative: 40 * 2 ** -24,
    absolute: 16 * 2 ** -24,
    reason: "as softmax, and the probability of the label cancels against 1",
  },
  cases: withHalves([["ten classes", 0], "whole vectors"], crossEntropyCases(true)),
};
