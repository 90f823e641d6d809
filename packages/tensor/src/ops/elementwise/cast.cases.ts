import type { CaseValues, OpCases } from "../../core/op-cases.ts";
import type { DType } from "../../expression/dtype.ts";
import type { CastAttributes } from "./cast.ts";
import { castOp } from "./cast.ts";

/** Values about every bound at which a conversion changes its ways. */
const values: { readonly [dtype in DType]?: CaseValues } = {
  f32: [
    0, -0, 0.5, -0.5, 1.5, -1.5, 254.9, 255, 256, 300, -1, -300, 2147483520, 2147483648, -2147483648, -3e9,
    4294967040, 4294967296, 1e20, -1e20, 16777215,
  ],
  i32: [0, 1, -1, 127, 255, 256, -256, 16777215, -16777216, 2 ** 31 - 1, -(2 ** 31)],
  u32: [0, 1, 127, 255, 256, 16777215, 2 ** 31, 2 ** 32 - 1],
  u8: [0, 1, 127, 128, 255],
  bool: [0, 1],
};

const dtypes = Object.keys(values) as DType[];

export const castCases: OpCases<CastAttributes> = {
  op: castOp,
  accuracy: "exact",
  cases: [
    ...dtypes.flatMap((from) =>
      dtypes.map((dtype) => ({
        name: `${from} to ${dtype}`,
        attrs: { dtype },
        inputs: [{ shape: [23], dtype: from, values: values[from]! }],
      })),
    ),
    {
      name: "f32 to f16",
      attrs: { dtype: "f16" },
      inputs: [
        {
          shape: [23],
          dtype: "f32",
          values: [1 / 3, -0.1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -14, 3.4 * 2 ** -24, 65_504, -65_519],
        },
      ],
    },
    ...(["f32", "i32", "u8", "bool"] as const).map((dtype) => ({
      name: `f16 to ${dtype}`,
      attrs: { dtype },
      inputs: [{ shape: [23], dtype: "f16" as const, values: [0, 0.5, -0.5, 1.5, 254.9, 300, -7, 65_504] }],
    })),
    ...(["i32", "u8", "bool"] as const).map((dtype) => ({
      name: `${dtype} to f16`,
      attrs: { dtype: "f16" as const },
      inputs: [{ shape: [23], dtype, values: { integers: [0, 1] as const } }],
    })),
    { name: "empty", attrs: { dtype: "i32" }, inputs: [{ shape: [0, 3], dtype: "f32", values: [0] }] },
    { name: "rank 0", attrs: { dtype: "i32" }, inputs: [{ shape: [], dtype: "f32", values: [-1.5] }] },
    {
      name: "rank 5",
      attrs: { dtype: "f32" },
      inputs: [{ shape: [2, 1, 3, 2, 3], dtype: "u8", values: { integers: [0, 255] } }],
    },
    {
      name: "large",
      attrs: { dtype: "f32" },
      inputs: [{ shape: [65_537], dtype: "u8", values: { integers: [0, 255] } }],
    },
    {
      name: "non-finite to i32",
      attrs: { dtype: "i32" },
      inputs: [{ shape: [43], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
    },
    {
      name: "non-finite to u8",
      attrs: { dtype: "u8" },
      inputs: [{ shape: [43], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
    },
  ],
};
