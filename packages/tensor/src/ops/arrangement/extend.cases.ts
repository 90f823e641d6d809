import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { ExtendAttributes, ExtendMode } from "./attributes.ts";
import { extendOp } from "./extend.ts";

type Widths = readonly (readonly [low: number, high: number])[];

const geometries: readonly (readonly [
  name: string,
  mode: ExtendMode,
  shape: Shape,
  widths: Widths,
  dtype?: DType,
])[] = [
  ["rank 0", "reflect", [], []],
  ["reflected vector", "reflect", [5], [[4, 3]]],
  ["edge of a vector", "edge", [5], [[7, 2]]],
  ["wrapped vector", "wrap", [5], [[2, 5]]],
  ["one element", "edge", [1], [[2, 3]]],
  [
    "no width",
    "wrap",
    [3, 4],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [
    "reflected images",
    "reflect",
    [2, 3, 5, 6],
    [
      [0, 0],
      [0, 0],
      [2, 1],
      [1, 3],
    ],
  ],
  [
    "edges of images",
    "edge",
    [2, 3, 5, 6],
    [
      [0, 0],
      [0, 0],
      [2, 1],
      [1, 3],
    ],
  ],
  [
    "wrapped images",
    "wrap",
    [2, 3, 5, 6],
    [
      [0, 0],
      [0, 0],
      [2, 1],
      [1, 3],
    ],
  ],
  [
    "rows of whole vectors",
    "reflect",
    [7, 8],
    [
      [3, 2],
      [0, 0],
    ],
  ],
  [
    "wide and narrow",
    "edge",
    [6, 5],
    [
      [-2, 3],
      [1, -4],
    ],
  ],
  [
    "rotated",
    "wrap",
    [4, 9],
    [
      [1, -1],
      [-3, 3],
    ],
  ],
  ["beyond what is taken away", "reflect", [6], [[-3, 5]]],
  [
    "empty",
    "edge",
    [0, 3],
    [
      [0, 0],
      [1, 1],
    ],
  ],
  [
    "nothing is left",
    "wrap",
    [3, 2],
    [
      [-2, -1],
      [1, 0],
    ],
  ],
  [
    "rank 5",
    "reflect",
    [2, 3, 2, 2, 3],
    [
      [1, 0],
      [0, 2],
      [1, 1],
      [0, 0],
      [2, 1],
    ],
  ],
  [
    "large: 66,000 rows",
    "wrap",
    [66_000, 3],
    [
      [1, 1],
      [0, 1],
    ],
  ],
  [
    "u8",
    "reflect",
    [5, 7],
    [
      [1, 0],
      [2, 1],
    ],
    "u8",
  ],
  [
    "u8 in whole words",
    "wrap",
    [5, 8],
    [
      [1, 0],
      [4, 8],
    ],
    "u8",
  ],
  [
    "f16",
    "edge",
    [3, 5],
    [
      [1, 0],
      [2, 1],
    ],
    "f16",
  ],
  [
    "bool",
    "wrap",
    [3, 4],
    [
      [0, 1],
      [1, 1],
    ],
    "bool",
  ],
  [
    "i32",
    "reflect",
    [3, 4],
    [
      [1, 1],
      [1, 1],
    ],
    "i32",
  ],
  [
    "u32",
    "edge",
    [3, 4],
    [
      [1, 1],
      [1, 1],
    ],
    "u32",
  ],
];

const makeAttributes = (mode: ExtendMode, widths: Widths): ExtendAttributes => ({
  low: widths.map(([low]) => low),
  high: widths.map(([, high]) => high),
  mode,
});

export const extendCases: OpCases<ExtendAttributes> = {
  op: extendOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, mode, shape, widths, dtype]) => ({
      name,
      attrs: makeAttributes(mode, widths),
      inputs: [anyInput(shape, dtype)],
    })),
    {
      name: "non-finite",
      attrs: makeAttributes("reflect", [
        [1, 2],
        [0, 1],
      ]),
      inputs: [{ shape: [5, 7], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
