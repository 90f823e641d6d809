import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { EpilogueAttributes } from "../matmul/epilogue.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { conv3dFilterGradientOp, conv3dInputGradientOp, conv3dOp } from "./conv3d.ts";
import type { Conv2dAttributes, ConvolutionAttributes } from "./convolution.ts";
import type { ConvolutionCase } from "./convolution-cases.ts";
import { convolutionCase, normal, termsOfTiles } from "./convolution-cases.ts";

/** Every form that volumes take as images, and every attribute along the depth. */
const volumeCases: readonly ConvolutionCase[] = [
  convolutionCase<3>("one voxel", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]),
  convolutionCase<3>("3x3x3", [2, 3, 4, 5, 6], [4, 3, 3, 3, 3], { padding: 1 }),
  convolutionCase<3>("odd sizes", [1, 2, 5, 7, 6], [3, 2, 2, 3, 1], { stride: [2, 1, 3] }),
  convolutionCase<3>("padding of each side", [1, 2, 4, 5, 6], [3, 2, 3, 2, 2], {
    padding: [[2, 1], [0, 1], 1],
    stride: [1, 2, 1],
  }),
  convolutionCase<3>("same with stride", [1, 2, 5, 6, 7], [3, 2, 3, 4, 2], { padding: "same", stride: 2 }),
  convolutionCase<3>("dilation", [1, 2, 7, 6, 8], [2, 2, 3, 2, 3], {
    dilation: [3, 2, 1],
    padding: [1, 0, 2],
  }),
  convolutionCase<3>("groups", [2, 4, 4, 4, 5], [6, 2, 3, 2, 3], { groups: 2, padding: [1, 0, 1] }),
  convolutionCase<3>("depthwise", [1, 3, 4, 5, 6], [3, 1, 3, 3, 3], {
    groups: 3,
    padding: 1,
    stride: [2, 1, 1],
  }),
  convolutionCase<3>("points", [2, 3, 4, 3, 5], [5, 3, 1, 1, 1]),
  convolutionCase<3>("points with stride", [1, 3, 4, 5, 6], [2, 3, 1, 1, 1], { stride: 2 }),
  convolutionCase<3>("along the depth", [2, 3, 7, 3, 4], [4, 3, 3, 1, 1], {
    padding: [1, 0, 0],
    stride: [2, 1, 1],
  }),
  convolutionCase<3>("along the rows", [2, 3, 2, 3, 9], [4, 3, 1, 1, 3], { padding: [0, 0, 1] }),
  convolutionCase<3>("within planes", [2, 3, 3, 5, 6], [4, 3, 1, 3, 3], { padding: [0, 1, 1] }),
  convolutionCase<3>("padding beyond the window", [1, 1, 2, 3, 3], [2, 1, 2, 2, 2], { padding: 2 }),
  convolutionCase<3>("many channels", [1, 8, 5, 9, 13], [8, 8, 3, 3, 3], { padding: 1 }),
  convolutionCase<3>("large", [1, 1, 17, 65, 66], [1, 1, 2, 2, 2]),
  convolutionCase<3>("empty batch", [0, 2, 4, 4, 4], [3, 2, 3, 3, 3]),
  convolutionCase<3>("no channels", [1, 0, 3, 3, 3], [2, 0, 2, 2, 2]),
];

/** A sum of tiles has more roundings; with three taps of the depth, six channels are enough for tiles. */
const countTerms = (weight: Shape, terms: number): number =>
  (weight.slice(3).every((taps) => taps === 3) ? termsOfTiles : 1) * terms;

function forward(
  { name, x, weight, attrs }: ConvolutionCase,
  extras: readonly Shape[] = [],
  epilogue: EpilogueAttributes = {},
): OpCase<Conv2dAttributes> {
  return {
    name,
    attrs: { ...attrs, ...epilogue },
    inputs: [normal(x), normal(weight), ...extras.map(normal)],
    accuracy: { reduction: countTerms(weight, countElements(weight.slice(1))) },
  };
}

function transposed(
  { name, y, weight, attrs }: ConvolutionCase,
  extras: readonly Shape[] = [],
  epilogue: EpilogueAttributes = {},
): OpCase<Conv2dAttributes> {
  return {
    name,
    attrs: { ...attrs, ...epilogue },
    inputs: [normal(y), normal(weight), ...extras.map(normal)],
    accuracy: { reduction: countTerms(weight, countElements([weight[0]!, ...weight.slice(2)])) },
  };
}

const ofFilters = ({ name, x, y, weight, attrs }: ConvolutionCase): OpCase<ConvolutionAttributes> => ({
  name,
  attrs,
  inputs: [normal(x), normal(y)],
  accuracy: { reduction: countTerms(weight, countElements([y[0]!, ...y.slice(2)])) },
});

/** A case whose first input has values that are not finite. */
function spoil<Attrs extends object>(one: OpCase<Attrs>): OpCase<Attrs> {
  const [first, ...others] = one.inputs;
  return {
    ...one,
    name: "non-finite",
    inputs: [{ ...first!, values: "non-finite" }, ...others],
    needs: "non-finite",
    differentiable: false,
  };
}

const withEpilogue = volumeCases[1]!;
const alongDepth = volumeCases.find(({ name }) => name === "along the depth")!;

export const conv3dCases: OpCases<Conv2dAttributes> = {
  op: conv3dOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["3x3x3", ["bias and relu", 0]],
    [
      ...volumeCases.map((one) => forward(one)),
      forward({ ...withEpilogue, name: "bias and relu" }, [[4, 1, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      forward({ ...alongDepth, name: "bias, along the depth" }, [[4, 1, 1, 1]], {
        epilogue: makeEpilogue("", true),
      }),
      forward({ ...withEpilogue, name: "leaky relu" }, [], {
        epilogue: makeEpilogue("", false, { leakyRelu: 0.2 }),
      }),
      spoil(forward(withEpilogue)),
    ],
  ),
};

export const conv3dInputGradientCases: OpCases<Conv2dAttributes> = {
  op: conv3dInputGradientOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["3x3x3"],
    [
      ...volumeCases.map((one) => transposed(one)),
      transposed({ ...withEpilogue, name: "bias and relu" }, [[3, 1, 1, 1]], {
        epilogue: makeEpilogue("", true, "relu"),
      }),
      transposed({ ...alongDepth, name: "leaky relu, along the depth" }, [], {
        epilogue: makeEpilogue("", false, { leakyRelu: 0.2 }),
      }),
      spoil(transposed(withEpilogue)),
    ],
  ),
};

export const conv3dFilterGradientCases: OpCases<ConvolutionAttributes> = {
  op: conv3dFilterGradientOp,
  accuracy: { reduction: 64 },
  cases: withHalves(["3x3x3"], [...volumeCases.map(ofFilters), spoil(ofFilters(volumeCases[3]!))]),
};
