import type { OpCases } from "../../core/op-cases.ts";
import { reluOp } from "./relu.ts";

export const cases: OpCases<Record<string, never>> = {
  op: reluOp,
  accuracy: "exact",
  cases: [
    { name: "matrix", attrs: {}, inputs: [{ shape: [7, 13], dtype: "f32", values: { normal: [0, 1] } }] },
  ],
};
