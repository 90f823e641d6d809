import type { CaseInput, CaseValues, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { withHalves } from "./operands/half-cases.ts";
import { whereOp } from "./where.ts";

const condition = (shape: Shape): CaseInput => ({ shape, dtype: "bool", values: { integers: [0, 1] } });
const branch = (shape: Shape, values: CaseValues = { normal: [0, 1] }, dtype: DType = "f32"): CaseInput => ({
  shape,
  dtype,
  values,
});
const whole: CaseValues = { integers: [-9, 9] };

export const whereCases: OpCases<Record<string, never>> = {
  op: whereOp,
  accuracy: "exact",
  cases: withHalves(
    ["matrices", "broadcast branches", "number no"],
    [
      { name: "matrices", attrs: {}, inputs: [condition([7, 13]), branch([7, 13]), branch([7, 13])] },
      { name: "empty", attrs: {}, inputs: [condition([0, 3]), branch([0, 3]), branch([3])] },
      { name: "rank 0", attrs: {}, inputs: [condition([]), branch([]), branch([])] },
      {
        name: "rank 5",
        attrs: {},
        inputs: [condition([2, 1, 3, 1, 5]), branch([2, 2, 3, 1, 5]), branch([5])],
      },
      {
        name: "broadcast condition",
        attrs: {},
        inputs: [condition([7, 1]), branch([7, 13]), branch([7, 13])],
      },
      { name: "broadcast branches", attrs: {}, inputs: [condition([7, 13]), branch([13]), branch([7, 1])] },
      { name: "large", attrs: {}, inputs: [condition([65_537]), branch([65_537]), branch([65_537])] },
      { name: "number yes", attrs: {}, inputs: [condition([5, 3]), undefined, branch([5, 3])], scalars: [2] },
      { name: "number no", attrs: {}, inputs: [condition([5, 3]), branch([5, 3]), undefined], scalars: [2] },
      { name: "two numbers", attrs: {}, inputs: [condition([5, 3]), undefined, undefined], scalars: [2, -3] },
      {
        name: "non-finite",
        attrs: {},
        inputs: [condition([43]), branch([43], "non-finite"), branch([43], "non-finite")],
        needs: "non-finite",
      },
      {
        name: "infinite number",
        attrs: {},
        inputs: [condition([43]), branch([43]), undefined],
        scalars: [Number.NEGATIVE_INFINITY],
        needs: "non-finite",
      },
      {
        name: "i32",
        attrs: {},
        inputs: [condition([5, 3]), branch([5, 3], whole, "i32"), branch([3], whole, "i32")],
      },
      {
        name: "u32, number",
        attrs: {},
        inputs: [condition([5, 3]), branch([5, 3], { integers: [0, 2 ** 32 - 1] }, "u32"), undefined],
        scalars: [2 ** 32 - 1],
      },
      {
        name: "u8",
        attrs: {},
        inputs: [
          condition([5, 3]),
          branch([5, 3], { integers: [0, 255] }, "u8"),
          branch([5, 1], { integers: [0, 255] }, "u8"),
        ],
      },
      {
        name: "bool",
        attrs: {},
        inputs: [
          condition([5, 3]),
          branch([5, 3], { integers: [0, 1] }, "bool"),
          branch([5, 3], { integers: [0, 1] }, "bool"),
        ],
      },
    ],
  ),
};
