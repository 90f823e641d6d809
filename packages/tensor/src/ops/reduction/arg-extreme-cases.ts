import type { OpCase } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ArgExtremeAttributes } from "./attributes.ts";
import { lineCases } from "./line-cases.ts";

const cases: readonly OpCase<ArgExtremeAttributes>[] = [
  ...lineCases({ values: ["distinct"], needsElements: true }).map((one) => ({
    ...one,
    attrs: { axes: [one.attrs.axis], keepDims: false },
    differentiable: false,
  })),
  {
    name: "axis kept",
    attrs: { axes: [1], keepDims: true },
    inputs: [{ shape: [3, 5], dtype: "f32", values: "distinct" }],
    differentiable: false,
  },
  ...[0, 1].flatMap((axis) => [
    {
      name: `ties along axis ${axis}`,
      attrs: { axes: [axis], keepDims: false },
      inputs: [{ shape: [13, 14], dtype: "i32" as const, values: { integers: [-2, 2] as const } }],
      differentiable: false,
    },
    {
      name: `both zeros along axis ${axis}`,
      attrs: { axes: [axis], keepDims: false },
      inputs: [{ shape: [3, 3], dtype: "f32" as const, values: [0, -0, -0, -0, 0, -0, -0, -0, 0] }],
      differentiable: false,
    },
    {
      name: `infinities along axis ${axis}`,
      attrs: { axes: [axis], keepDims: false },
      inputs: [
        {
          shape: [2, 2],
          dtype: "f32" as const,
          values: [
            Number.NEGATIVE_INFINITY,
            Number.NEGATIVE_INFINITY,
            Number.POSITIVE_INFINITY,
            Number.POSITIVE_INFINITY,
          ],
        },
      ],
      needs: "non-finite" as const,
      differentiable: false,
    },
  ]),
  {
    name: "extremes of i32",
    attrs: { axes: [0], keepDims: false },
    inputs: [{ shape: [6], dtype: "i32", values: [0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, -(2 ** 31), 0] }],
    differentiable: false,
  },
  {
    name: "u32",
    attrs: { axes: [1], keepDims: false },
    inputs: [{ shape: [4, 6], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
    differentiable: false,
  },
];

/** Cases of argmax and argmin. */
export const argExtremeCases: readonly OpCase<ArgExtremeAttributes>[] = withHalves(
  ["rows", "columns", "axis kept", "both zeros along axis 0", "infinities along axis 1"],
  cases,
);
