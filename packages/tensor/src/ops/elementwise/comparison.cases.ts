import type { OpCase, OpCases } from "../../core/op-cases.ts";
import {
  equalOp,
  greaterEqualOp,
  greaterOp,
  isFiniteOp,
  isInfiniteOp,
  isNanOp,
  lessEqualOp,
  lessOp,
  notEqualOp,
} from "./comparison.ts";
import { binaryCases, integerCases, unaryCases } from "./operands/elementwise-cases.ts";

const numberCases: readonly OpCase<Record<string, never>>[] = [
  ...binaryCases({ values: { integers: [-2, 2] }, number: 1 }),
  ...integerCases("i32", { integers: [-9, 9] }, -7),
  ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 2 ** 31),
  ...integerCases("u8", { integers: [0, 3] }, 2),
];

/** Truth values are equal or not, but have no order. */
const equalityCases = [...numberCases, ...integerCases("bool", { integers: [0, 1] }, 1)];

export const equalCases: OpCases<Record<string, never>> = {
  op: equalOp,
  accuracy: "exact",
  cases: equalityCases,
};

export const notEqualCases: OpCases<Record<string, never>> = {
  op: notEqualOp,
  accuracy: "exact",
  cases: equalityCases,
};

export const lessCases: OpCases<Record<string, never>> = {
  op: lessOp,
  accuracy: "exact",
  cases: numberCases,
};

export const lessEqualCases: OpCases<Record<string, never>> = {
  op: lessEqualOp,
  accuracy: "exact",
  cases: numberCases,
};

export const greaterCases: OpCases<Record<string, never>> = {
  op: greaterOp,
  accuracy: "exact",
  cases: numberCases,
};

export const greaterEqualCases: OpCases<Record<string, never>> = {
  op: greaterEqualOp,
  accuracy: "exact",
  cases: numberCases,
};

export const isNanCases: OpCases<Record<string, never>> = {
  op: isNanOp,
  accuracy: "exact",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 1] } })],
};

export const isFiniteCases: OpCases<Record<string, never>> = {
  op: isFiniteOp,
  accuracy: "exact",
  cases: unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
};

export const isInfiniteCases: OpCases<Record<string, never>> = {
  op: isInfiniteOp,
  accuracy: "exact",
  cases: unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
};
