import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { CrossEntropyAttributes } from "./attributes.ts";
import { crossEntropyCases } from "./cross-entropy-cases.ts";
import { softmaxCrossEntropyGradientOp, softmaxCrossEntropyOp } from "./softmax-cross-entropy.ts";

export const softmaxCrossEntropyCases: OpCases<CrossEntropyAttributes> = {
  op: softmaxCrossEntropyOp,
  accuracy: {
    relative: 8 * 2 ** -24,
    absolute: 8 * 2 ** -24,
    reason: "the sum of exponentials has a relative error of a few u, which its logarithm makes absolute",
  },
  cases: withHalves(["ten classes", "smoothed"], crossEntropyCases(false)),
};

export const softmaxCrossEntropyGradientCases: OpCases<CrossEntropyAttributes> = {
  op: softmaxCrossEntropyGradientOp,
  accuracy: {
    relative: 40 * 2 ** -24,
    absolute: 16 * 2 ** -24,
    reason: "as softmax, and the probability of the label cancels against 1",
  },
  cases: withHalves([["ten classes", 0], "whole vectors"], crossEntropyCases(true)),
};
