import type { CaseValues, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { isFloat } from "../../expression/dtype.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { Combination, ScatterAttributes } from "./attributes.ts";
import { scatterOp } from "./scatter-op.ts";

const combinations = ["replace", "sum", "product", "max", "min"] as const;

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  axis: number,
  indices: Shape,
  reduction: Combination,
  dtype?: DType,
])[] = [
  ["rows of rank 5", [2, 3, 4, 2, 3], 2, [5], "sum"],
  ["rows at indices of rank 2", [6, 9], 0, [2, 5], "max"],
  ["tiles of columns", [5, 135], 0, [9], "product"],
  ["last axis", [5, 9], 1, [4], "min"],
  ["one index", [4, 5], 0, [], "replace"],
  ["no indices", [3, 4], 0, [0], "sum"],
  ["empty", [0, 4], 0, [0], "max"],
  ["empty rows", [3, 0], 0, [2], "replace"],
  ["large: 66,000 indices", [9, 3], 0, [66_000], "max"],
  ["large: 66,000 rows", [66_000, 2], 0, [500], "replace"],
  ["i32", [6, 5], 0, [9], "min", "i32"],
  ["products of i32", [6, 5], 0, [9], "product", "i32"],
  ["u32", [6, 5], 0, [9], "max", "u32"],
];

const drawValues = (dtype: DType): CaseValues =>
  isFloat(dtype) ? { normal: [0, 1] } : { integers: [dtype === "i32" ? -99 : 0, 2 ** 31 - 1] };

function makeCase(
  name: string,
  shape: Shape,
  indices: Shape,
  given: Partial<ScatterAttributes> & Pick<ScatterAttributes, "axis" | "reduction">,
  dtype: DType = "f32",
): OpCase<ScatterAttributes> {
  const attrs: ScatterAttributes = {
    includeSelf: true,
    elementwise: false,
    outOfRange: "error",
    negative: "fromEnd",
    ...given,
  };
  const size = shape[attrs.axis]!;
  const updates = attrs.elementwise ? indices : shape.toSpliced(attrs.axis, 1, ...indices);
  const terms = 1 + (attrs.elementwise ? indices[attrs.axis]! : countElements(indices));
  const values = drawValues(dtype);
  return {
    name,
    attrs,
    inputs: [
      { shape, dtype, values },
      { shape: indices, dtype: "i32", values: { integers: [-size, Math.max(0, size - 1)] } },
      { shape: updates, dtype, values },
    ],
    accuracy: attrs.reduction === "sum" || attrs.reduction === "product" ? { reduction: terms } : "exact",
  };
}

const outside = [-4, 3, 2, -(2 ** 31), 2 ** 31 - 1, 0];

const cases: readonly OpCase<ScatterAttributes>[] = [
  ...geometries.map(([name, shape, axis, indices, reduction, dtype]) =>
    makeCase(name, shape, indices, { axis, reduction }, dtype),
  ),
  ...combinations.flatMap((reduction) =>
    [true, false].flatMap((includeSelf) => {
      const options = { axis: 1, reduction, includeSelf };
      const suffix = `${reduction}${includeSelf ? "" : " without x"}`;
      return [
        makeCase(`rows: ${suffix}`, [2, 5, 7], [6], options),
        makeCase(`elements: ${suffix}`, [3, 5, 7], [3, 4, 7], { ...options, elementwise: true }),
      ];
    }),
  ),
  {
    ...makeCase("one of each row", [6, 10], [6, 1], { axis: 1, reduction: "replace", elementwise: true }),
  },
  ...[true, false].map((elementwise) => ({
    ...makeCase(
      `out of range: reported, ${elementwise ? "elements" : "rows"}`,
      [3, 2],
      elementwise ? [6, 2] : [6],
      { axis: 0, reduction: "sum" as const, elementwise },
      "i32",
    ),
    inputs: [
      { shape: [3, 2], dtype: "i32" as const, values: [1, 2, 3, 4, 5, 6] },
      {
        shape: elementwise ? [6, 2] : [6],
        dtype: "i32" as const,
        values: elementwise ? outside.flatMap((index) => [index, index]) : outside,
      },
      { shape: [6, 2], dtype: "i32" as const, values: { integers: [0, 99] as const } },
    ],
    reports: `scatter: indices: found ${elementwise ? 8 : 4} outside of [-3, 3)`,
  })),
  {
    ...makeCase("out of range: ignored", [3, 2], [6], { axis: 0, reduction: "max", outOfRange: "zero" }),
    inputs: [
      { shape: [3, 2], dtype: "f32", values: { normal: [0, 1] } },
      { shape: [6], dtype: "i32", values: outside },
      { shape: [6, 2], dtype: "f32", values: { normal: [0, 1] } },
    ],
  },
  {
    ...makeCase("negative indices out of range", [3], [4], {
      axis: 0,
      reduction: "replace",
      outOfRange: "zero",
      negative: "outOfRange",
    }),
    inputs: [
      { shape: [3], dtype: "f32", values: { normal: [0, 1] } },
      { shape: [4], dtype: "i32", values: [-1, 0, -3, 2] },
      { shape: [4], dtype: "f32", values: { normal: [0, 1] } },
    ],
  },
  ...(["max", "sum"] as const).map((reduction) => ({
    ...makeCase(`non-finite: ${reduction}`, [4, 43], [4], { axis: 0, reduction }),
    inputs: [
      { shape: [4, 43], dtype: "f32" as const, values: "non-finite" as const },
      { shape: [4], dtype: "i32" as const, values: [1, 0, 3, 1] },
      { shape: [4, 43], dtype: "f32" as const, values: "non-finite" as const },
    ],
    needs: "non-finite" as const,
    differentiable: false,
  })),
];

export const scatterCases: OpCases<ScatterAttributes> = {
  op: scatterOp,
  accuracy: "exact",
  cases: withHalves(["rows: sum", "elements: max without x", "rows: product"], cases),
};
