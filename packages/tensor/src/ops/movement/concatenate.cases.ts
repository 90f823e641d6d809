import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { ConcatenateAttributes } from "./attributes.ts";
import { concatenateOp } from "./concatenate.ts";
import { anyInput } from "./movement-cases.ts";

const geometries: readonly (readonly [
  name: string,
  axis: number,
  shapes: readonly Shape[],
  dtype?: DType,
])[] = [
  ["vectors", 0, [[3], [1], [5]]],
  ["one tensor", 1, [[3, 4]]],
  [
    "rows",
    0,
    [
      [2, 5],
      [3, 5],
    ],
  ],
  [
    "columns",
    1,
    [
      [6, 3],
      [6, 8],
    ],
  ],
  [
    "more parts than a kernel reads",
    0,
    [[4], [3], [0], [8], [1], [4], [2], [5], [4], [64], [7], [1], [1], [2], [3]],
  ],
  [
    "whole vectors",
    1,
    [
      [3, 4],
      [3, 8],
      [3, 400],
    ],
  ],
  [
    "single columns",
    1,
    [
      [40, 1],
      [40, 1],
      [40, 1],
    ],
  ],
  [
    "channels",
    1,
    [
      [2, 3, 4, 5],
      [2, 1, 4, 5],
    ],
  ],
  [
    "rank 5",
    2,
    [
      [2, 3, 1, 2, 3],
      [2, 3, 4, 2, 3],
      [2, 3, 2, 2, 3],
    ],
  ],
  [
    "empty parts",
    0,
    [
      [0, 3],
      [2, 3],
      [0, 3],
    ],
  ],
  [
    "nothing",
    1,
    [
      [0, 3],
      [0, 2],
    ],
  ],
  [
    "large: 66,000 rows",
    1,
    [
      [66_000, 2],
      [66_000, 3],
    ],
  ],
  [
    "u8",
    1,
    [
      [5, 3],
      [5, 18],
    ],
    "u8",
  ],
  ["u8 within one word", 0, [[1], [1], [5], [1]], "u8"],
  [
    "u8 in whole words",
    1,
    [
      [5, 4],
      [5, 16],
    ],
    "u8",
  ],
  [
    "f16",
    1,
    [
      [5, 3],
      [5, 4],
    ],
    "f16",
  ],
  [
    "bool",
    0,
    [
      [3, 3],
      [1, 3],
    ],
    "bool",
  ],
  [
    "i32",
    1,
    [
      [5, 3],
      [5, 4],
    ],
    "i32",
  ],
  [
    "u32",
    0,
    [
      [5, 3],
      [2, 3],
    ],
    "u32",
  ],
];

export const concatenateCases: OpCases<ConcatenateAttributes> = {
  op: concatenateOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, axis, shapes, dtype]) => ({
      name,
      attrs: { axis },
      inputs: shapes.map((shape) => anyInput(shape, dtype)),
    })),
    {
      name: "non-finite",
      attrs: { axis: 1 },
      inputs: [
        { shape: [5, 4], dtype: "f32", values: "non-finite" },
        { shape: [5, 3], dtype: "f32", values: { normal: [0, 1] } },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
