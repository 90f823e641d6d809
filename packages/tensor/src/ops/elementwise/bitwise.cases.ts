import type { CaseValues, OpCase, OpCases } from "../../core/op-cases.ts";
import type { DType } from "../../expression/dtype.ts";
import {
  bitwiseAndOp,
  bitwiseLeftShiftOp,
  bitwiseNotOp,
  bitwiseOrOp,
  bitwiseRightShiftOp,
  bitwiseXorOp,
} from "./bitwise.ts";
import { binaryCases, integerCases, unaryCases } from "./operands/elementwise-cases.ts";

const ranges = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1], u8: [0, 255] } as const;

const casesOfTwo = (number: number, second?: CaseValues): OpCase<Record<string, never>>[] => [
  ...binaryCases({
    dtype: "i32",
    values: { integers: ranges.i32 },
    ...(second && { secondValues: second }),
    number,
    accuracy: "exact",
  }),
  ...(["u32", "u8"] as const).flatMap((dtype) =>
    integerCases(dtype, { integers: ranges[dtype] }, number, second),
  ),
];

const combined = casesOfTwo(85);
const shifted = casesOfTwo(5, { integers: [0, 31] });

export const bitwiseAndCases: OpCases<Record<string, never>> = {
  op: bitwiseAndOp,
  accuracy: "exact",
  cases: combined,
};
export const bitwiseOrCases: OpCases<Record<string, never>> = {
  op: bitwiseOrOp,
  accuracy: "exact",
  cases: combined,
};
export const bitwiseXorCases: OpCases<Record<string, never>> = {
  op: bitwiseXorOp,
  accuracy: "exact",
  cases: combined,
};
export const bitwiseLeftShiftCases: OpCases<Record<string, never>> = {
  op: bitwiseLeftShiftOp,
  accuracy: "exact",
  cases: shifted,
};
export const bitwiseRightShiftCases: OpCases<Record<string, never>> = {
  op: bitwiseRightShiftOp,
  accuracy: "exact",
  cases: shifted,
};

export const bitwiseNotCases: OpCases<Record<string, never>> = {
  op: bitwiseNotOp,
  accuracy: "exact",
  cases: (["i32", "u32", "u8"] as const satisfies readonly DType[]).flatMap((dtype) =>
    unaryCases({ attrs: {}, dtype, values: { integers: ranges[dtype] } }),
  ),
};
