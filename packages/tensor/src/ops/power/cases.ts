import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases } from "../elementwise/elementwise-cases.ts";
import { powerOp } from "./power.ts";

export const cases: OpCases<Record<string, never>> = {
  op: powerOp,
  accuracy: "transcendental",
  cases: [
    ...binaryCases({
      values: { uniform: [0.5, 4] },
      secondValues: { normal: [0, 1] },
      number: 1.5,
      nonFinite: false,
    }),
    {
      name: "whole exponents of negative bases",
      attrs: {},
      differentiable: false,
      inputs: [
        { shape: [6], dtype: "f32", values: [-2, -1.5, -3, -0.5, -2, 7] },
        { shape: [6], dtype: "f32", values: [3, 2, -1, -2, 0, 0] },
      ],
    },
    {
      name: "zero bases",
      differentiable: "subgradient",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "f32", values: [0, 0, 0, 0] },
        { shape: [4], dtype: "f32", values: [0, 1, 2, 0.5] },
      ],
    },
    {
      name: "special values",
      attrs: {},
      needs: "non-finite",
      inputs: [
        { shape: [8, 1], dtype: "f32", values: [1, -1, Infinity, -Infinity, Number.NaN, 0, 2, 0.5] },
        { shape: [9], dtype: "f32", values: [Infinity, -Infinity, Number.NaN, 0, 0.5, -0.5, 3, -3, 1] },
      ],
    },
    {
      name: "fractional exponents of negative bases",
      attrs: {},
      needs: "non-finite",
      inputs: [
        { shape: [2], dtype: "f32", values: [-2, -1] },
        { shape: [2], dtype: "f32", values: [0.5, -1.5] },
      ],
    },
  ],
};
