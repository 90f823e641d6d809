import type { OpCases } from "../../core/op-cases.ts";
import type { ClampAttributes } from "./bounds.ts";
import { clampOp, maximumOp, minimumOp, nanToNumOp } from "./bounds.ts";
import { binaryCases, integerCases, unaryCases } from "./operands/elementwise-cases.ts";

export const maximumCases: OpCases<Record<string, never>> = {
  op: maximumOp,
  accuracy: "exact",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.25 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 2 ** 31),
    {
      name: "ties",
      differentiable: "subgradient",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "f32", values: [1, 2, 3, 0] },
        { shape: [4], dtype: "f32", values: [1, 1, 5, 0] },
      ],
    },
  ],
};

export const minimumCases: OpCases<Record<string, never>> = {
  op: minimumOp,
  accuracy: "exact",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.25 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 2 ** 31),
    {
      name: "ties",
      differentiable: "subgradient",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "f32", values: [1, 2, 3, 0] },
        { shape: [4], dtype: "f32", values: [1, 1, 5, 0] },
      ],
    },
  ],
};

export const clampCases: OpCases<ClampAttributes> = {
  op: clampOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: { min: true, max: true }, values: { normal: [0, 1] }, scalars: [-0.5, 1] }),
    {
      name: "only min",
      attrs: { min: true, max: false },
      scalars: [0.25],
      inputs: [{ shape: [4, 5], dtype: "f32", values: { normal: [0, 1] } }],
    },
    {
      name: "only max",
      attrs: { min: false, max: true },
      scalars: [0.25],
      inputs: [{ shape: [4, 5], dtype: "f32", values: { normal: [0, 1] } }],
    },
    {
      name: "at the bounds",
      differentiable: "subgradient",
      attrs: { min: true, max: true },
      scalars: [-1, 1],
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0, -2, 2] }],
    },
    {
      name: "i32",
      attrs: { min: true, max: true },
      scalars: [-3, 4],
      inputs: [{ shape: [4, 5], dtype: "i32", values: { integers: [-9, 9] } }],
    },
    {
      name: "u32",
      attrs: { min: true, max: true },
      scalars: [2 ** 30, 3 * 2 ** 30],
      inputs: [{ shape: [4, 5], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
    },
  ],
};

export const nanToNumCases: OpCases<Record<string, never>> = {
  op: nanToNumOp,
  accuracy: "exact",
  cases: unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [0.5, 100, -100] }),
};
