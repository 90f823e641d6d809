import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { CumulativeSumAttributes } from "./attributes.ts";
import { cumulativeSumOp } from "./cumulative-sum.ts";
import { lineCases } from "./line-cases.ts";

const plain = { reverse: false, exclusive: false };

const halves = [
  "rows",
  "columns of whole vectors",
  "long rows",
  "large: one line in parts",
  "axis 1, reversed, exclusive",
  "non-finite rows",
];

export const cumulativeSumCases: OpCases<CumulativeSumAttributes> = {
  op: cumulativeSumOp,
  accuracy: { reduction: 10 },
  cases: withHalves(halves, [
    ...lineCases({
      values: [{ normal: [0, 1] }],
      accuracy: (length) => ({ reduction: Math.max(1, length) }),
    }).map((one) => ({ ...one, attrs: { ...one.attrs, ...plain } })),
    ...[0, 1].flatMap((axis) =>
      [
        { reverse: true, exclusive: false },
        { reverse: false, exclusive: true },
        { reverse: true, exclusive: true },
      ].map(({ reverse, exclusive }) => ({
        name: `axis ${axis}${reverse ? ", reversed" : ""}${exclusive ? ", exclusive" : ""}`,
        attrs: { axis, reverse, exclusive },
        inputs: [{ shape: [7, 10], dtype: "f32" as const, values: { normal: [0, 1] as const } }],
      })),
    ),
    {
      name: "i32 wraps",
      attrs: { axis: 0, ...plain },
      inputs: [{ shape: [6, 3], dtype: "i32", values: { integers: [2 ** 30, 2 ** 31 - 1] } }],
    },
    {
      name: "u32 wraps",
      attrs: { axis: 1, reverse: true, exclusive: true },
      inputs: [{ shape: [2, 7], dtype: "u32", values: { integers: [2 ** 31, 2 ** 32 - 1] } }],
    },
  ]),
};
