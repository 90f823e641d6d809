import type { OpCases } from "../../core/op-cases.ts";
import { absOp, addOp, divOp, mulOp, negOp, remOp, signOp, subOp } from "./arithmetic.ts";
import { binaryCases, integerCases, unaryCases } from "./operands/elementwise-cases.ts";
import { withHalves } from "./operands/half-cases.ts";

export const addCases: OpCases<Record<string, never>> = {
  op: addOp,
  accuracy: "rounding",
  cases: withHalves(
    ["rank 0 against a matrix"],
    [
      ...binaryCases({ values: { normal: [0, 1] }, number: 0.75 }),
      ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
      ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7),
    ],
  ),
};

export const subCases: OpCases<Record<string, never>> = {
  op: subOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.75 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7),
  ],
};

export const mulCases: OpCases<Record<string, never>> = {
  op: mulOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.75 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7),
  ],
};

export const divCases: OpCases<Record<string, never>> = {
  op: divOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, secondValues: { uniform: [0.5, 4] }, number: -3 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7, { integers: [-9, 9] }),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7, { integers: [0, 9] }),
    {
      name: "i32: overflow and zero",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "i32", values: [-(2 ** 31), 5, -5, 0] },
        { shape: [4], dtype: "i32", values: [-1, 0, 0, 0] },
      ],
    },
  ],
};

export const remCases: OpCases<Record<string, never>> = {
  op: remOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({
      values: { normal: [0, 5] },
      secondValues: { uniform: [0.5, 4] },
      number: -3,
      nonFinite: false,
    }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7, { integers: [-9, 9] }),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7, { integers: [0, 9] }),
    {
      name: "i32: overflow and zero",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "i32", values: [-(2 ** 31), 5, -5, 0] },
        { shape: [4], dtype: "i32", values: [-1, 0, 0, 0] },
      ],
    },
    {
      name: "large quotients",
      attrs: {},
      differentiable: false,
      inputs: [
        { shape: [8, 1], dtype: "f32", values: [26881.287, 3e7, -1e9, 1e20, -3e38, 16_777_215, 5, 1e-30] },
        { shape: [7], dtype: "f32", values: [0.52040267, -0.3, 3, 1e-9, 7e-38, 1, 3.4e38] },
      ],
    },
    {
      name: "non-finite",
      attrs: {},
      inputs: [
        { shape: [6, 1], dtype: "f32", values: [1.5, -7, Infinity, -Infinity, Number.NaN, 0] },
        { shape: [5], dtype: "f32", values: [2, -3, Infinity, Number.NaN, 0] },
      ],
      needs: "non-finite",
    },
  ],
};

export const negCases: OpCases<Record<string, never>> = {
  op: negOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-9, 9] }, dtype: "i32" }),
    {
      name: "i32: the smallest",
      attrs: {},
      inputs: [{ shape: [2], dtype: "i32", values: [-(2 ** 31), 2 ** 31 - 1] }],
    },
  ],
};

export const absCases: OpCases<Record<string, never>> = {
  op: absOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-9, 9] }, dtype: "i32" }),
    {
      name: "i32: the smallest",
      attrs: {},
      inputs: [{ shape: [2], dtype: "i32", values: [-(2 ** 31), 2 ** 31 - 1] }],
    },
  ],
};

export const signCases: OpCases<Record<string, never>> = {
  op: signOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-9, 9] }, dtype: "i32" }),
  ],
};
