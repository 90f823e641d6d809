import type { OpCases } from "../../core/op-cases.ts";
import { floorDivideOp, modOp } from "./division.ts";
import { binaryCases, integerCases } from "./operands/elementwise-cases.ts";

const signed = { integers: [-50, 50] } as const;
const unsigned = { integers: [0, 50] } as const;

export const modCases: OpCases<Record<string, never>> = {
  op: modOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({
      values: { normal: [0, 5] },
      secondValues: { uniform: [0.5, 4] },
      number: -3,
      nonFinite: false,
    }),
    {
      name: "non-finite",
      attrs: {},
      inputs: [
        { shape: [22, 1], dtype: "f32", values: "non-finite" },
        { shape: [1, 22], dtype: "f32", values: "non-finite" },
      ],
      needs: "non-finite",
      differentiable: false,
    },
    ...integerCases("i32", signed, -7),
    ...integerCases("u32", unsigned, 7),
  ],
};

export const floorDivideCases: OpCases<Record<string, never>> = {
  op: floorDivideOp,
  accuracy: "exact",
  cases: [
    ...binaryCases({ values: { normal: [0, 9] }, secondValues: { normal: [0, 2] }, number: 2.5 }),
    ...integerCases("i32", signed, -7),
    ...integerCases("u32", unsigned, 7),
  ],
};
