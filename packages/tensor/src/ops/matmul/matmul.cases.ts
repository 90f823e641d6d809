import type { CaseInput, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { makeEpilogue } from "./epilogue.ts";
import { matmulOp } from "./matmul.ts";
import type { MatmulAttributes } from "./matmul-shape.ts";

const plain: MatmulAttributes = { transposeA: false, transposeB: false };

const normal = (shape: Shape): CaseInput => ({ shape, dtype: "f32", values: { normal: [0, 1] } });

function product(
  name: string,
  shapes: readonly Shape[],
  attrs: Partial<MatmulAttributes> = {},
): OpCase<MatmulAttributes> {
  const reduction = shapes[0]!.at(attrs.transposeA ? -2 : -1)!;
  return { name, attrs: { ...plain, ...attrs }, inputs: shapes.map(normal), accuracy: { reduction } };
}

const both = { transposeA: true, transposeB: true };
const bias = makeEpilogue("matmul", true);
const gated = buildExpression({ inputs: ["f32", "f32", "f32"] }, ([x, a, b]) =>
  e.add(e.mul(e.tanh(x!), a!), b!),
);

/** The 20 terms are off by some 10 u sum |terms|, a few 1e-5; tanh does not enlarge that, and the gates stay below 5. */
const ofGated = {
  relative: 1e-6,
  absolute: 1e-4,
  reason: "the error of the sum, which the epilogue passes on without regard to its own result",
};

/** Shapes that fill a GPU with tiles of 128 by 128, 64 by 64, 32 by 128, 128 by 32, 16 by 128 and 128 by 16; not quite, so that some are cut. */
const largeTiles: readonly (readonly [number, number])[] = [
  [1021, 2045],
  [1027, 2050],
  [30, 32_750],
  [32_750, 29],
  [13, 32_750],
  [32_751, 11],
];

export const matmulCases: OpCases<MatmulAttributes> = {
  op: matmulOp,
  accuracy: { reduction: 64 },
  cases: withHalves(
    ["one tile", "odd sizes", ["odd sizes", 0], "bias and relu", ["bias of the columns", 0], "batch"],
    [
      product("one element", [
        [1, 1],
        [1, 1],
      ]),
      product("one tile", [
        [4, 8],
        [8, 8],
      ]),
      product("odd sizes", [
        [7, 13],
        [13, 11],
      ]),
      product("several blocks of each dimension", [
        [133, 261],
        [261, 270],
      ]),
      product(
        "transposed a",
        [
          [61, 37],
          [61, 43],
        ],
        { transposeA: true },
      ),
      product(
        "transposed b",
        [
          [37, 61],
          [43, 61],
        ],
        { transposeB: true },
      ),
      product(
        "both transposed",
        [
          [30, 5],
          [9, 30],
        ],
        both,
      ),
      product("a row", [
        [1, 77],
        [77, 90],
      ]),
      product("a column", [
        [90, 77],
        [77, 1],
      ]),
      product("outer product", [
        [33, 1],
        [1, 35],
      ]),
      product(
        "ten classes",
        [
          [50, 40],
          [10, 40],
        ],
        { transposeB: true },
      ),
      product("large", [
        [66_000, 3],
        [3, 2],
      ]),
      product("batch", [
        [3, 6, 5],
        [3, 5, 7],
      ]),
      product("one matrix for a batch", [
        [4, 6, 5],
        [5, 9],
      ]),
      product("a batch on the right", [
        [6, 5],
        [4, 5, 9],
      ]),
      product(
        "batches that broadcast",
        [
          [2, 1, 6, 5],
          [3, 5, 4],
        ],
        {},
      ),
      product(
        "batch transposed",
        [
          [3, 5, 6],
          [3, 7, 5],
        ],
        both,
      ),
      product("rank 5, batches that broadcast crosswise", [
        [2, 1, 3, 4, 5],
        [1, 2, 1, 5, 3],
      ]),
      product("rank 6, batches that do not merge", [
        [2, 1, 2, 1, 3, 4],
        [1, 3, 1, 2, 4, 2],
      ]),
      product("empty rows", [
        [0, 3],
        [3, 2],
      ]),
      product("empty batch", [
        [0, 2, 3],
        [3, 2],
      ]),
      product("empty depth", [
        [3, 0],
        [0, 2],
      ]),
      product("empty depth with a bias", [[3, 0], [0, 9], [9]], { epilogue: bias }),
      product("bias of the columns", [[9, 20], [20, 13], [13]], { epilogue: bias }),
      product(
        "bias of the rows",
        [
          [9, 20],
          [20, 13],
          [9, 1],
        ],
        { epilogue: bias },
      ),
      product(
        "residual",
        [
          [9, 300],
          [300, 13],
          [9, 13],
        ],
        { epilogue: bias },
      ),
      product(
        "residual of a batch",
        [
          [2, 9, 20],
          [20, 13],
          [2, 1, 13],
        ],
        { epilogue: bias },
      ),
      product(
        "relu",
        [
          [9, 20],
          [20, 13],
        ],
        { epilogue: makeEpilogue("matmul", false, "relu") },
      ),
      product("bias and relu", [[50, 40], [10, 40], [10]], {
        transposeB: true,
        epilogue: makeEpilogue("matmul", true, "relu"),
      }),
      product("bias and leaky relu", [[9, 300], [300, 13], [13]], {
        epilogue: makeEpilogue("matmul", true, { leakyRelu: 0.1 }),
      }),
      product("a long depth", [[9, 3000], [3000, 20], [20]], {
        epilogue: makeEpilogue("matmul", true, "relu"),
      }),
      product(
        "a long depth in a batch, residual that broadcasts",
        [
          [2, 3, 5, 2000],
          [2, 1, 2000, 7],
          [2, 1, 5, 7],
        ],
        { epilogue: bias },
      ),
      ...largeTiles.map(([m, n]) => ({
        ...product(`large, ${m} by ${n}`, [
          [m, 3],
          [3, n],
        ]),
        differentiable: false,
      })),
      {
        ...product("any other epilogue", [[2, 9, 20], [20, 13], [13], [2, 9, 13]], {
          epilogue: { expression: gated },
        }),
        accuracy: ofGated,
      },
      {
        ...product("non-finite", [[9, 20], [20, 13], [13]], {
          epilogue: makeEpilogue("matmul", true, "relu"),
        }),
        inputs: [{ ...normal([9, 20]), values: "non-finite" }, normal([20, 13]), normal([13])],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};
