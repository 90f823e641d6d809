import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { argsortOp } from "./argsort.ts";

export const argsortCases: OpCases<Record<string, never>> = {
  op: argsortOp,
  accuracy: "exact",
  cases: withHalves(
    ["rows", "rank 5", "ties", "long row", "non-finite"],
    [
      { name: "rows", attrs: {}, inputs: [{ shape: [7, 13], dtype: "f32", values: { normal: [0, 1] } }] },
      { name: "empty rows", attrs: {}, inputs: [{ shape: [3, 0], dtype: "f32", values: [0] }] },
      { name: "one element", attrs: {}, inputs: [{ shape: [1], dtype: "f32", values: [2] }] },
      { name: "rank 5", attrs: {}, inputs: [{ shape: [2, 1, 3, 2, 5], dtype: "f32", values: "distinct" }] },
      { name: "ties", attrs: {}, inputs: [{ shape: [4, 9], dtype: "f32", values: [1, 0, -0, 1, -1] }] },
      {
        name: "large",
        attrs: {},
        inputs: [{ shape: [65_537, 2], dtype: "f32", values: { normal: [0, 1] } }],
      },
      {
        name: "long row",
        attrs: {},
        inputs: [{ shape: [20_001], dtype: "f32", values: { normal: [0, 1] } }],
      },
      {
        name: "i32",
        attrs: {},
        inputs: [{ shape: [3, 50], dtype: "i32", values: { integers: [-(2 ** 31), 2 ** 31 - 1] } }],
      },
      {
        name: "u32",
        attrs: {},
        inputs: [{ shape: [3, 50], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
      },
      {
        name: "long rows with ties",
        attrs: {},
        inputs: [{ shape: [2, 5000], dtype: "i32", values: { integers: [-4, 4] } }],
      },
      {
        name: "long rows of u8",
        attrs: {},
        inputs: [{ shape: [3, 2051], dtype: "u8", values: { integers: [0, 255] } }],
      },
      { name: "u8", attrs: {}, inputs: [{ shape: [3, 50], dtype: "u8", values: { integers: [0, 255] } }] },
      {
        name: "non-finite",
        attrs: {},
        inputs: [{ shape: [3, 43], dtype: "f32", values: "non-finite" }],
        needs: "non-finite",
      },
    ],
  ),
};
