import type { CaseInput, OpCase, OpCases, Shape } from "@evenkeel/tensor";
import { f16, f32, normalizedAccuracy, positive } from "../operands/case-inputs.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { normalizeRowsOp } from "./normalize-rows.ts";
import { normalizeRowsGradientOp } from "./rows-gradient.ts";

const centered: LineAttributes = { epsilon: 1e-5, centered: true };
const uncentered: LineAttributes = { epsilon: 1e-5, centered: false };

const shapes: readonly { readonly name: string; readonly shape: Shape }[] = [
  { name: "short rows", shape: [37, 3] },
  { name: "one column", shape: [9, 1] },
  { name: "one row", shape: [1, 19] },
  { name: "whole vectors", shape: [33, 256] },
  { name: "odd width", shape: [70, 131] },
  { name: "rows of several blocks", shape: [5, 4099] },
  { name: "more than 65,535 rows", shape: [65_600, 2] },
  { name: "no rows", shape: [0, 5] },
  { name: "rows without values", shape: [3, 0] },
  { name: "nothing", shape: [0, 0] },
];

/** Every other row has NaN or an infinity. */
const poisoned: CaseInput = f32([4, 3], [NaN, 1, 2, 0.5, 4, 8, Infinity, -2, 1, 2, 3, 5]);

type Inputs = readonly (CaseInput | undefined)[];

/** The cases of an op, whose inputs `list` makes from x, scale and shift. */
function makeCases(
  attrs: LineAttributes,
  list: (x: CaseInput, scale?: CaseInput, shift?: CaseInput) => Inputs,
): OpCase<LineAttributes>[] {
  const kind = attrs.centered ? "centered" : "not centered";
  const listAll = (x: CaseInput): Inputs => {
    const parameter = f32(x.shape.slice(1));
    return list(x, parameter, attrs.centered ? parameter : undefined);
  };
  const x = f32([7, 19]);
  return [
    ...shapes.map(({ name, shape }) => ({ name, attrs, inputs: listAll(f32(shape)) })),
    { name: "x alone", attrs, inputs: list(x) },
    { name: "scale alone", attrs, inputs: list(x, f32([19])) },
    { name: "epsilon", attrs: { ...attrs, epsilon: 0.5 }, inputs: listAll(x) },
    { name: "f16", attrs, inputs: listAll(f16([6, 12])) },
    { name: "f16, odd sizes", attrs, inputs: listAll(f16([9, 35])) },
    {
      name: "mean far from 0",
      attrs,
      inputs: listAll(f32([5, 300], { normal: [1000, 1] })),
      // A mean of 1000 standard deviations costs as many units in the last place of x.
      accuracy: { relative: 2e-6, absolute: 1e-3, reason: "x is rounded to 6e-5 standard deviations" },
      differentiable: false,
    },
    { name: "non-finite", attrs, inputs: listAll(poisoned), needs: "non-finite" as const },
  ].map((one) => ({ ...one, name: `${one.name}, ${kind}` }));
}

const listForward = (x: CaseInput, scale?: CaseInput, shift?: CaseInput): Inputs => [x, scale, shift];

export const normalizeRowsCases: OpCases<LineAttributes> = {
  op: normalizeRowsOp,
  accuracy: normalizedAccuracy,
  cases: [
    ...makeCases(centered, listForward),
    { name: "shift alone", attrs: centered, inputs: [f32([7, 19]), undefined, f32([19])] },
    {
      name: "constant rows",
      attrs: centered,
      inputs: [f32([9, 70], [0.1]), f32([70]), f32([70])],
      differentiable: false,
    },
    ...makeCases(uncentered, listForward),
  ],
};

const listBackward = (x: CaseInput, scale?: CaseInput): Inputs => [x, x, positive([4, x.shape[0]!]), scale];

export const normalizeRowsGradientCases: OpCases<LineAttributes> = {
  op: normalizeRowsGradientOp,
  accuracy: normalizedAccuracy,
  cases: [...makeCases(centered, listBackward), ...makeCases(uncentered, listBackward)],
};
