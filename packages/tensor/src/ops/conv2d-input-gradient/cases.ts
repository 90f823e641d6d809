import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import type { Conv2dAttributes } from "../conv2d/conv2d.ts";
import type { ConvolutionCase } from "../conv2d/convolution-cases.ts";
import {
  convolutionCase,
  convolutionCases,
  normal,
  spoiled,
  termsOfTiles,
  tiledCases,
} from "../conv2d/convolution-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import type { EpilogueAttributes } from "../epilogue/epilogue.ts";
import { epilogueOf } from "../epilogue/epilogue.ts";
import { conv2dInputGradientOp } from "./conv2d-input-gradient.ts";

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
    accuracy: { reduction: terms * sizeOf([weight[0]!, ...weight.slice(2)]) },
  };
}

const shapes = [
  [2, 6, 9, 7],
  [3, 6, 3, 3],
] as const;

export const cases: OpCases<Conv2dAttributes> = {
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
      transposed(convolutionCase("bias", ...shapes), [[6, 1, 1]], { epilogue: epilogueOf("", true) }),
      transposed(
        // Some targets meet no tap at all: their sum is the bias.
        convolutionCase("bias and relu, stride beyond the window", ...shapes, { stride: 4 }),
        [[6, 1, 1]],
        { epilogue: epilogueOf("", true, "relu") },
      ),
      transposed(convolutionCase("leaky relu, stride 2", ...shapes, { stride: 2 }), [], {
        epilogue: epilogueOf("", false, { leakyRelu: 0.2 }),
      }),
      transposed(convolutionCase("bias, a long sum", [2, 36, 5, 4], [160, 36, 3, 3]), [[36, 1, 1]], {
        epilogue: epilogueOf("", true, "relu"),
      }),
      transposed(convolutionCase("residual", ...shapes), [[2, 6, 9, 7]], { epilogue: epilogueOf("", true) }),
      {
        ...transposed(convolutionCase("non-finite", ...shapes, { padding: 1 })),
        inputs: [{ ...normal([2, 3, 9, 7]), values: "non-finite" }, normal(shapes[1])],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};
