import type { OpCase, OpCases, Shape } from "@evenkeel/tensor";
import { f16, f32, normalizedAccuracy, poisoned } from "../operands/case-inputs.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { normalizeLinesOp } from "./normalize-lines.ts";

const centered: LineAttributes = { epsilon: 1e-5, centered: true };
const uncentered: LineAttributes = { epsilon: 1e-5, centered: false };

/** [samples, groups, width, inner]; the names say which norm has such lines. */
const shapes: readonly { readonly name: string; readonly shape: Shape }[] = [
  { name: "layers", shape: [7, 1, 19, 1] },
  { name: "layers of a transformer", shape: [33, 1, 256, 1] },
  { name: "long layers", shape: [3, 1, 4099, 1] },
  { name: "groups of features", shape: [9, 3, 5, 1] },
  { name: "groups", shape: [3, 2, 5, 33] },
  { name: "groups of images", shape: [4, 4, 8, 49] },
  { name: "one group", shape: [5, 1, 6, 10] },
  { name: "instances", shape: [3, 7, 1, 30] },
  { name: "instances of images", shape: [2, 5, 1, 1024] },
  { name: "more than 65,535 lines", shape: [65_600, 1, 2, 1] },
  { name: "no samples", shape: [0, 2, 3, 4] },
  { name: "empty lines", shape: [2, 3, 4, 0] },
  { name: "no groups", shape: [2, 0, 4, 3] },
];

function makeCases(attrs: LineAttributes): OpCase<LineAttributes>[] {
  const kind = attrs.centered ? "centered" : "not centered";
  const parameters = (shape: Shape) => [f32(shape.slice(1, 3)), f32(shape.slice(1, 3))];
  const [layers, groups] = [
    [7, 1, 19, 1],
    [3, 2, 5, 33],
  ];
  return [
    ...shapes.map(({ name, shape }) => ({ name, attrs, inputs: [f32(shape), ...parameters(shape)] })),
    ...[layers, groups].flatMap((shape, index) => [
      { name: `x alone, ${index}`, attrs, inputs: [f32(shape!)] },
      { name: `scale alone, ${index}`, attrs, inputs: [f32(shape!), parameters(shape!)[0]] },
      { name: `shift alone, ${index}`, attrs, inputs: [f32(shape!), undefined, parameters(shape!)[1]] },
      { name: `f16, ${index}`, attrs, inputs: [f16(shape!), ...parameters(shape!)] },
    ]),
    { name: "epsilon", attrs: { ...attrs, epsilon: 0.5 }, inputs: [f32(layers), ...parameters(layers)] },
    {
      name: "non-finite",
      attrs,
      inputs: [poisoned, f32([4, 1]), f32([4, 1])],
      needs: "non-finite" as const,
    },
  ].map((one) => ({ ...one, name: `${one.name}, ${kind}` }));
}

export const normalizeLinesCases: OpCases<LineAttributes> = {
  op: normalizeLinesOp,
  accuracy: normalizedAccuracy,
  cases: [...makeCases(centered), ...makeCases(uncentered)],
};
