import type { Accuracy, CaseValues, OpCase } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { isFloat } from "../../expression/dtype.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { countReduced } from "./reduction-geometry.ts";

export interface ReductionCaseOptions {
  readonly values: CaseValues;
  readonly dtype?: DType;
  readonly accuracy: (length: number) => Accuracy;
  /** Whether nothing may be reduced to something, as by a sum. */
  readonly reducesNothing?: boolean;
}

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  axes: readonly number[],
  keepDims?: boolean,
])[] = [
  ["rank 0", [], []],
  ["one element", [1], [0]],
  ["no axes", [3, 5], []],
  ["all axes", [7, 13], [0, 1]],
  ["all axes kept", [3, 5, 2], [0, 1, 2], true],
  ["rows", [7, 37], [1]],
  ["short rows, kept", [9, 3], [1], true],
  ["columns", [37, 9], [0]],
  ["one column of each four", [5, 6, 4], [1]],
  ["two columns", [300, 2], [0]],
  ["four long columns", [2001, 4], [0]],
  ["blocks of rows", [530, 7], [0]],
  ["tiles of columns", [11, 270], [0]],
  ["channels first", [4, 3, 5, 5], [0, 2, 3]],
  ["channels last", [4, 5, 5, 3], [0, 1, 2], true],
  ["rank 5, apart", [2, 3, 4, 3, 2], [1, 3]],
  ["rank 5, both ends", [3, 2, 2, 3, 5], [0, 4], true],
  ["axes of one element", [1, 4, 1], [0, 2]],
  ["nothing left", [0, 3], [1]],
  ["large: 66,000 rows", [66_000, 3], [1]],
  ["large: one row in parts", [70_001], [0]],
  ["large: columns in parts", [20_003, 5], [0]],
  ["large: vectors in parts", [3, 40_000], [1]],
  ["large: columns of vectors in parts", [2, 9_001, 8], [1]],
  ["large: parts and another group", [2, 3, 20_001], [0, 2]],
];

const nothingReduced: typeof geometries = [
  ["an empty axis", [0, 3], [0]],
  ["an empty axis beside a group", [3, 0, 2, 2], [0, 1, 3], true],
];

/** Cases that every reduction shares: each geometry that a kernel treats apart, and non-finite values. */
export function reductionCases(options: ReductionCaseOptions): OpCase<ReductionAttributes>[] {
  const { values, dtype = "f32", accuracy, reducesNothing = false } = options;
  const regular = [...geometries, ...(reducesNothing ? nothingReduced : [])].map(
    ([name, shape, axes, keepDims = false]): OpCase<ReductionAttributes> => ({
      name: isFloat(dtype) ? name : `${dtype}: ${name}`,
      attrs: { axes, keepDims },
      inputs: [{ shape, dtype, values }],
      accuracy: accuracy(countReduced(shape, axes)),
      differentiable: isFloat(dtype),
    }),
  );
  if (!isFloat(dtype)) return regular;
  return [...regular, ...nonFiniteCases(accuracy)];
}

function nonFiniteCases(accuracy: (length: number) => Accuracy): OpCase<ReductionAttributes>[] {
  return [0, 1].map((axis) => ({
    name: axis === 0 ? "non-finite columns" : "non-finite rows",
    attrs: { axes: [axis], keepDims: false },
    inputs: [{ shape: [23, 21], dtype: "f32", values: "non-finite" }],
    accuracy: accuracy(23),
    needs: "non-finite",
    differentiable: false,
  }));
}
