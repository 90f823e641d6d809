import type { Accuracy, CaseValues, OpCase } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";

const geometries: readonly (readonly [name: string, shape: Shape, axis: number])[] = [
  ["one element", [1], 0],
  ["one row", [7], 0],
  ["rows", [6, 10], 1],
  ["rows of whole vectors", [3, 8], 1],
  ["short rows", [5, 3], 1],
  ["long rows", [2, 5003], 1],
  ["columns", [10, 6], 0],
  ["two columns", [9, 2], 0],
  ["four long columns", [2001, 4], 0],
  ["columns of whole vectors", [5, 8], 0],
  ["middle axis", [3, 7, 5], 1],
  ["lines of one element", [3, 1, 5], 1],
  ["rank 5", [2, 3, 4, 3, 2], 2],
  ["no lines", [0, 3], 1],
  ["lines of no elements", [3, 0], 1],
  ["large: 66,000 rows", [66_000, 3], 1],
  ["large: 66,000 columns", [3, 66_000], 0],
  ["large: one line in parts", [70_001], 0],
  ["large: rows of vectors in parts", [2, 40_000], 1],
  ["large: columns in parts", [9_001, 8], 0],
];

export interface LineCaseOptions {
  /** The values of each input; all have one shape. */
  readonly values: readonly CaseValues[];
  /** By the length of a line; absent, the accuracy of the op holds. */
  readonly accuracy?: (length: number) => Accuracy;
  /** Leaves out lines without elements, where an op needs one. */
  readonly needsElements?: boolean;
  /** The input that is non-finite in two cases more; default: the first. */
  readonly nonFinite?: number;
}

/** Cases of ops that work along one axis: each geometry that a kernel treats apart. */
export function lineCases({
  values,
  accuracy,
  needsElements = false,
  nonFinite = 0,
}: LineCaseOptions): OpCase<{ readonly axis: number }>[] {
  const regular = geometries
    .filter(([, shape, axis]) => !needsElements || shape[axis] !== 0)
    .map(([name, shape, axis]) => ({
      name,
      attrs: { axis },
      inputs: values.map((drawn) => ({ shape, dtype: "f32" as const, values: drawn })),
      accuracy: accuracy?.(shape[axis]!),
    }));
  const strange = [0, 1].map((axis) => ({
    name: axis === 0 ? "non-finite columns" : "non-finite rows",
    attrs: { axis },
    inputs: values.map((drawn, index) => ({
      shape: [13, 11],
      dtype: "f32" as const,
      values: index === nonFinite ? ("non-finite" as const) : drawn,
    })),
    accuracy: accuracy?.(13),
    needs: "non-finite" as const,
    differentiable: false,
  }));
  return [...regular, ...strange];
}
