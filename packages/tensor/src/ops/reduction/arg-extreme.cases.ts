import type { OpCases } from "../../core/op-cases.ts";
import { countElements } from "../../core/spec.ts";
import { argmaxOp, argminOp, isArgmaxOp } from "./arg-extreme.ts";
import { argExtremeCases } from "./arg-extreme-cases.ts";
import type { ArgExtremeAttributes } from "./attributes.ts";

export const argmaxCases: OpCases<ArgExtremeAttributes> = {
  op: argmaxOp,
  accuracy: "exact",
  cases: argExtremeCases,
};

export const argminCases: OpCases<ArgExtremeAttributes> = {
  op: argminOp,
  accuracy: "exact",
  cases: argExtremeCases,
};

/** Positions that are drawn: short lines have hits then, and all have misses. */
const mostPositions = 8;

export const isArgmaxCases: OpCases<object> = {
  op: isArgmaxOp,
  accuracy: "exact",
  cases: argExtremeCases.flatMap((one) => {
    const [x] = one.inputs as [NonNullable<(typeof one.inputs)[number]>];
    const { axes, keepDims } = one.attrs;
    if (axes[0] !== x.shape.length - 1 || keepDims) return [];
    const shape = x.shape.slice(0, -1);
    const last = Math.min(mostPositions, x.shape.at(-1)!) - 1;
    const values = countElements(shape) === 1 ? [last] : ({ integers: [-1, last] } as const);
    return [{ ...one, attrs: {}, inputs: [x, { shape, dtype: "i32" as const, values }] }];
  }),
};
