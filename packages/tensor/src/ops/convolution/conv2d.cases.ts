import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { EpilogueAttributes } from "../matmul/epilogue.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "./conv2d.ts";
import type { Conv2dAttributes, ConvolutionAttributes } from "./convolution.ts";
import type { ConvolutionCase } from "./convolution-cases.ts";
import {
  convolutionCase,
  convolutionCases,
  depthwiseCase,
  normal,
  spoiled,
  termsOfTiles,
  tiledCases,
} from "./convolution-cases.ts";

function forward(
  { name, x, weight, attrs }: ConvolutionCase,
  extras: readonly Shape[] = [],
  epilogue: EpilogueAttributes = {},
  terms = 1,
): OpCase<Conv2dAttributes> {
  return {
    name,
    attrs: { ...attrs, ...epilogue },
    inputs: [normal(x), normal(weight), ...extras.map(normal)],
    accuracy: { reduction: terms * countElements(weight.slice(1)) },
  };
}

const shapes = [
  [2, 3, 9, 7],
  [6, 3, 3, 3],
] as const;
const gated = buildExpression({ inputs: ["f32", "f32"] }, ([x, gate]) => e.mul(e.tanh(x!), gate!));

/** The 27 terms are off by some 10 u sum |terms|, a few 1e-5; tanh does not enlarge that, and the gates stay below 4. */
const ofGated = {
  relative: 1e-6,
  absolute: 1e-4,
  reason: "the error of the sum, which the epilogue passes on without regard to its own result",
};

export const conv2dCases: OpCases<Conv2dAttributes> = {
  op: conv2dOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["odd sizes", "3x3", ["bias and relu", 0]],
    [
      ...convolutionCases.map((one) => forward(one)),
      ...tiledCases.map((one) => forward(one, [], {}, termsOfTiles)),
      forward(
        convolutionCase("tiles with bias and relu", [2, 16, 9, 8], [18, 16, 3, 3], { padding: 1 }),
        [[18, 1, 1]],
        { epilogue: makeEpilogue("", true, "relu") },
        termsOfTiles,
      ),
      {
        ...forward(depthwiseCase),
        inputs: [spoiled(depthwiseCase.x), normal(depthwiseCase.weight)],
        needs: "non-finite",
        differentiable: false,
      },
      {
        ...forward(tiledCases[0]!, [], {}, termsOfTiles),
        name: "tiles, some not finite",
        inputs: [spoiled(tiledCases[0]!.x), normal(tiledCases[0]!.weight)],
        needs: "non-finite",
        differentiable: false,
      },
      forward(convolutionCase("bias", ...shapes), [[6, 1, 1]], { epilogue: makeEpilogue("", true) }),
      forward(convolutionCase("relu", ...shapes), [], { epilogue: makeEpilogue("", false, "relu") }),
      forward(convolutionCase("bias and relu", ...shapes, { stride: 2 }), [[6, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward(convolutionCase("bias and leaky relu", ...shapes, { groups: 1 }), [[6, 1, 1]], {
        epilogue: makeEpilogue("", true, { leakyRelu: 0.2 }),
      }),
      forward(convolutionCase("bias of blocks of channels", [1, 75, 5, 6], [70, 75, 3, 3]), [[70, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward(convolutionCase("bias, depthwise", [2, 5, 9, 11], [5, 1, 3, 3], { groups: 5 }), [[5, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward(convolutionCase("bias, a long sum", [1, 160, 5, 5], [36, 160, 3, 3]), [[36, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward(convolutionCase("bias without channels", [2, 0, 4, 5], [3, 0, 3, 3]), [[3, 1, 1]], {
        epilogue: makeEpilogue("", true),
      }),
      forward(convolutionCase("residual", ...shapes), [[2, 6, 7, 5]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward(convolutionCase("bias of one row", ...shapes), [[5]], { epilogue: makeEpilogue("", true) }),
      {
        ...forward(convolutionCase("any other epilogue", ...shapes), [[6, 1, 1]], {
          epilogue: { expression: gated },
        }),
        accuracy: ofGated,
      },
      {
        ...forward(convolutionCase("non-finite", ...shapes, { padding: 1 })),
        inputs: [{ ...normal(shapes[0]), values: "non-finite" }, normal(shapes[1])],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};

function transposed(
  { name, y, weight, attrs }: ConvolutionCase,
  extras: readonly Shape[] = [],
  epilogue: EpilogueAttributes = {},
  terms = 1,
): OpCase<Conv2dAttributes> {
  return {
    name,
    attrs: { ...attrs, ...epilogue },
    inputs: [normal(y), normal(weight), ...extras.map(normal)],
    accuracy: { reduction: terms * countElements([weight[0]!, ...weight.slice(2)]) },
  };
}

const inputGradientShapes = [
  [2, 6, 9, 7],
  [3, 6, 3, 3],
] as const;

export const conv2dInputGradientCases: OpCases<Conv2dAttributes> = {
  op: conv2dInputGradientOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["odd sizes", ["stride 2", 0]],
    [
      ...convolutionCases.map((one) => transposed(one)),
      ...tiledCases.map((one) => transposed(one, [], {}, termsOfTiles)),
      {
        ...transposed(tiledCases[0]!, [], {}, termsOfTiles),
        name: "tiles, some not finite",
        inputs: [spoiled(tiledCases[0]!.y), normal(tiledCases[0]!.weight)],
        needs: "non-finite",
        differentiable: false,
      },
      transposed(convolutionCase("bias", ...inputGradientShapes), [[6, 1, 1]], {
        epilogue: makeEpilogue("", true),
      }),
      transposed(
        // Some targets meet no tap at all: their sum is the bias.
        convolutionCase("bias and relu, stride beyond the window", ...inputGradientShapes, { stride: 4 }),
        [[6, 1, 1]],
        { epilogue: makeEpilogue("", true, "relu") },
      ),
      transposed(convolutionCase("leaky relu, stride 2", ...inputGradientShapes, { stride: 2 }), [], {
        epilogue: makeEpilogue("", false, { leakyRelu: 0.2 }),
      }),
      transposed(convolutionCase("bias, a long sum", [2, 36, 5, 4], [160, 36, 3, 3]), [[36, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      transposed(convolutionCase("residual", ...inputGradientShapes), [[2, 6, 9, 7]], {
        epilogue: makeEpilogue("", true),
      }),
      {
        ...transposed(convolutionCase("non-finite", ...inputGradientShapes, { padding: 1 })),
        inputs: [{ ...normal([2, 3, 9, 7]), values: "non-finite" }, normal(inputGradientShapes[1])],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};

function ofFilters({ name, x, y, attrs }: ConvolutionCase, terms = 1): OpCase<ConvolutionAttributes> {
  return {
    name,
    attrs,
    inputs: [normal(x), normal(y)],
    accuracy: { reduction: terms * countElements([y[0]!, ...y.slice(2)]) },
  };
}

const unaligned = convolutionCase("non-finite", [2, 3, 6, 7], [4, 3, 3, 3]);

export const conv2dFilterGradientCases: OpCases<ConvolutionAttributes> = {
  op: conv2dFilterGradientOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["odd sizes", "stride 2"],
    [
      ...convolutionCases.map((one) => ofFilters(one)),
      ...tiledCases.map((one) => ofFilters(one, termsOfTiles)),
      {
        ...ofFilters(depthwiseCase),
        inputs: [spoiled(depthwiseCase.x), normal(depthwiseCase.y)],
        needs: "non-finite",
        differentiable: false,
      },
      {
        ...ofFilters(tiledCases[4]!, termsOfTiles),
        name: "tiles, some not finite",
        inputs: [spoiled(tiledCases[4]!.x), normal(tiledCases[4]!.y)],
        needs: "non-finite",
        differentiable: false,
      },
      ofFilters(
        convolutionCase("several slices of the batch", [19, 12, 16, 13], [10, 12, 3, 3], { padding: 1 }),
      ),
      {
        ...ofFilters(unaligned),
        inputs: [{ ...normal(unaligned.x), values: "non-finite" }, normal(unaligned.y)],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};
