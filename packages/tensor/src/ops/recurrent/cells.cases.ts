import type { NoAttributes } from "../../core/op.ts";
import type { Accuracy, CaseValues, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { gruCellGradientOp, gruCellOp } from "./gru-cell.ts";
import { lstmCellGradientOp, lstmCellOp } from "./lstm-cell.ts";

const states: readonly (readonly [name: string, shape: Shape])[] = [
  ["one unit", [1]],
  ["one row", [7]],
  ["rows", [5, 6]],
  ["rows of whole vectors", [3, 8]],
  ["short rows", [4, 3]],
  ["rank 5", [2, 1, 3, 2, 5]],
  ["no rows", [0, 3]],
  ["no units", [3, 0]],
  ["large: many rows", [22_000, 3]],
  ["large: one long row", [1, 66_001]],
];

/** Operands of so many values for each one of the state. */
function makeCases(operands: readonly number[]): OpCase<NoAttributes>[] {
  const makeInputs = (shape: Shape, values: CaseValues) =>
    operands.map((gates) => ({
      shape: [...shape.slice(0, -1), gates * shape.at(-1)!],
      dtype: "f32" as const,
      values,
    }));
  return withHalves(
    ["rows"],
    [
      ...states.map(([name, shape]) => ({
        name,
        attrs: {},
        inputs: makeInputs(shape, { normal: [0, 1.5] }),
      })),
      {
        name: "saturated",
        attrs: {},
        inputs: makeInputs([9, 7], { normal: [0, 1] }).map((input, index) =>
          operands[index] === 1 ? input : { ...input, values: { uniform: [-200, 200] } as const },
        ),
      },
      {
        name: "non-finite",
        attrs: {},
        inputs: makeInputs([13, 6], "non-finite"),
        needs: "non-finite",
        differentiable: false,
      },
    ],
  );
}

const accuracy: Accuracy = {
  relative: 64 * 2 ** -24,
  absolute: 64 * 2 ** -24,
  reason:
    "a chain of sigmoids and tangents of a few ULP, whose slopes cancel near 1; sums of products of size 1",
};

export const lstmCellCases: OpCases<NoAttributes> = { op: lstmCellOp, accuracy, cases: makeCases([4, 1]) };
export const lstmCellGradientCases: OpCases<NoAttributes> = {
  op: lstmCellGradientOp,
  accuracy,
  cases: makeCases([4, 1, 1, 1]),
};
export const gruCellCases: OpCases<NoAttributes> = { op: gruCellOp, accuracy, cases: makeCases([3, 3, 1]) };
export const gruCellGradientCases: OpCases<NoAttributes> = {
  op: gruCellGradientOp,
  accuracy,
  cases: makeCases([3, 3, 1, 1]),
};
