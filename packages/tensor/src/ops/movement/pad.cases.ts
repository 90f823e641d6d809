import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { PadAttributes } from "./attributes.ts";
import { anyInput } from "./movement-cases.ts";
import { padOp } from "./slice-and-pad.ts";

type Width = readonly [low: number, high: number, interior?: number];

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  widths: readonly Width[],
  value: number,
  dtype?: DType,
])[] = [
  ["rank 0", [], [], 1],
  [
    "no width",
    [3, 4],
    [
      [0, 0],
      [0, 0],
    ],
    1,
  ],
  ["vector", [5], [[2, 3]], -1.5],
  [
    "images",
    [2, 3, 5, 6],
    [
      [0, 0],
      [0, 0],
      [2, 1],
      [1, 3],
    ],
    0,
  ],
  [
    "rows before",
    [3, 7],
    [
      [2, 0],
      [0, 0],
    ],
    0.5,
  ],
  [
    "rows after",
    [3, 8],
    [
      [0, 1],
      [0, 0],
    ],
    0.5,
  ],
  [
    "columns",
    [9, 2],
    [
      [0, 0],
      [1, 2],
    ],
    7,
  ],
  [
    "between",
    [3, 5],
    [
      [0, 0, 2],
      [1, 0, 1],
    ],
    0,
  ],
  [
    "empty input",
    [0, 3],
    [
      [2, 1],
      [0, 1],
    ],
    4,
  ],
  [
    "empty output",
    [0, 3],
    [
      [0, 0],
      [1, 1],
    ],
    4,
  ],
  [
    "rank 5",
    [2, 1, 3, 2, 3],
    [
      [1, 0],
      [0, 1],
      [1, 1, 1],
      [0, 0],
      [2, 1],
    ],
    0,
  ],
  [
    "large: 66,000 rows",
    [66_000, 3],
    [
      [1, 1],
      [0, 1],
    ],
    2,
  ],
  [
    "u8",
    [5, 7],
    [
      [1, 0],
      [2, 1],
    ],
    200,
    "u8",
  ],
  [
    "u8 in whole words",
    [5, 8],
    [
      [1, 0],
      [4, 8],
    ],
    200,
    "u8",
  ],
  [
    "f16",
    [3, 5],
    [
      [1, 0],
      [2, 1],
    ],
    1.5,
    "f16",
  ],
  [
    "bool",
    [3, 4],
    [
      [0, 1],
      [1, 1, 1],
    ],
    1,
    "bool",
  ],
  [
    "i32",
    [3, 4],
    [
      [1, 1],
      [1, 1],
    ],
    -(2 ** 31) + 1,
    "i32",
  ],
  [
    "u32",
    [3, 4],
    [
      [1, 1],
      [1, 1],
    ],
    2 ** 32 - 1,
    "u32",
  ],
];

export const padCases: OpCases<PadAttributes> = {
  op: padOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, widths, value, dtype]) => ({
      name,
      attrs: {
        low: widths.map(([low]) => low),
        high: widths.map(([, high]) => high),
        interior: widths.map(([, , interior = 0]) => interior),
      },
      inputs: [anyInput(shape, dtype)],
      scalars: [value],
    })),
    {
      name: "non-finite",
      attrs: { low: [1, 2], high: [0, 1], interior: [0, 0] },
      inputs: [{ shape: [5, 7], dtype: "f32", values: "non-finite" }],
      scalars: [Number.NEGATIVE_INFINITY],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
