import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { SliceAttributes } from "./attributes.ts";
import { anyInput } from "./movement-cases.ts";
import { sliceOp } from "./slice-and-pad.ts";

type Range = readonly [begin: number, end: number, step?: number];

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  ranges: readonly Range[],
  dtype?: DType,
])[] = [
  ["backwards", [7], [[6, -1, -1]]],
  [
    "backwards from the middle, every second one",
    [9, 5],
    [
      [6, 0, -2],
      [0, 5],
    ],
  ],
  [
    "one axis backwards, one forwards with gaps",
    [5, 11],
    [
      [4, -1, -1],
      [1, 10, 3],
    ],
  ],
  [
    "whole rows backwards",
    [5, 8],
    [
      [3, 0, -1],
      [0, 8],
    ],
  ],
  [
    "columns backwards",
    [40, 20],
    [
      [0, 40],
      [19, -1, -1],
    ],
  ],
  [
    "nothing backwards",
    [4, 5],
    [
      [2, 2, -1],
      [4, -1, -2],
    ],
  ],
  [
    "one element backwards",
    [4, 5],
    [
      [2, 0, -5],
      [1, 0, -1],
    ],
  ],
  [
    "an empty axis backwards",
    [0, 5],
    [
      [-1, -1, -1],
      [4, 0, -2],
    ],
  ],
  [
    "u8 backwards",
    [3, 13],
    [
      [2, -1, -2],
      [12, -1, -1],
    ],
    "u8",
  ],
  [
    "f16 backwards",
    [3, 7],
    [
      [0, 3],
      [6, 0, -2],
    ],
    "f16",
  ],
  ["rank 0", [], []],
  [
    "whole",
    [3, 4],
    [
      [0, 3],
      [0, 4],
    ],
  ],
  [
    "rows at a boundary",
    [10, 256],
    [
      [2, 7],
      [0, 256],
    ],
  ],
  [
    "rows off every boundary",
    [10, 3],
    [
      [1, 7],
      [0, 3],
    ],
  ],
  [
    "a range within one row",
    [4, 300],
    [
      [1, 2],
      [3, 200],
    ],
  ],
  [
    "one element",
    [4, 5],
    [
      [3, 4],
      [2, 3],
    ],
  ],
  [
    "nothing",
    [4, 5],
    [
      [2, 2],
      [1, 3],
    ],
  ],
  [
    "empty input",
    [0, 5],
    [
      [0, 0],
      [1, 3],
    ],
  ],
  [
    "columns",
    [7, 20],
    [
      [0, 7],
      [3, 16],
    ],
  ],
  [
    "few columns",
    [40, 9],
    [
      [0, 40],
      [4, 6],
    ],
  ],
  [
    "inner box",
    [5, 6, 7],
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ],
  [
    "steps",
    [9, 20],
    [
      [1, 9, 3],
      [2, 19, 4],
    ],
  ],
  [
    "a step beyond the end",
    [9, 4],
    [
      [5, 6, 100],
      [0, 4],
    ],
  ],
  [
    "every other row",
    [9, 8],
    [
      [0, 9, 2],
      [0, 8],
    ],
  ],
  [
    "rank 5",
    [3, 4, 3, 4, 5],
    [
      [1, 3],
      [0, 4, 2],
      [2, 3],
      [1, 4],
      [0, 5, 3],
    ],
  ],
  [
    "rank 6",
    [2, 3, 2, 3, 2, 3],
    [
      [0, 2],
      [1, 3],
      [0, 1],
      [0, 3, 2],
      [0, 2],
      [1, 2],
    ],
  ],
  [
    "large: 66,000 rows",
    [66_000, 4],
    [
      [0, 66_000],
      [1, 3],
    ],
  ],
  [
    "u8",
    [9, 21],
    [
      [1, 8],
      [2, 19],
    ],
    "u8",
  ],
  [
    "u8 in whole words",
    [9, 24],
    [
      [1, 8],
      [4, 16],
    ],
    "u8",
  ],
  [
    "f16",
    [5, 9],
    [
      [1, 5],
      [2, 9, 2],
    ],
    "f16",
  ],
  [
    "bool",
    [9, 5],
    [
      [0, 9, 4],
      [1, 5],
    ],
    "bool",
  ],
  [
    "i32",
    [5, 8],
    [
      [0, 5],
      [3, 8],
    ],
    "i32",
  ],
  [
    "u32",
    [5, 8],
    [
      [1, 5, 2],
      [3, 8, 2],
    ],
    "u32",
  ],
];

export const sliceCases: OpCases<SliceAttributes> = {
  op: sliceOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, ranges, dtype]) => ({
      name,
      attrs: {
        begin: ranges.map(([begin]) => begin),
        end: ranges.map(([, end]) => end),
        step: ranges.map(([, , step = 1]) => step),
      },
      inputs: [anyInput(shape, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { begin: [1, 1], end: [8, 7], step: [1, 1] },
      inputs: [{ shape: [9, 9], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
