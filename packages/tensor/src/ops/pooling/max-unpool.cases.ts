import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { UnpoolAttributes } from "./attributes.ts";
import { maxUnpoolOp } from "./max-unpool.ts";

/** Indices that repeat only after all of them: in steps that no size here is a multiple of. */
const unpooled = (
  name: string,
  shape: Shape,
  sizes: readonly number[],
  choose: (position: number) => number = (position) => (position * 11) % countElements(sizes),
): OpCase<UnpoolAttributes> => ({
  name,
  attrs: { sizes },
  inputs: [
    { shape, dtype: "f32", values: { normal: [0, 1] } },
    { shape, dtype: "i32", values: Array.from({ length: countElements(shape) }, (_, at) => choose(at)) },
  ],
});

export const maxUnpoolCases: OpCases<UnpoolAttributes> = {
  op: maxUnpoolOp,
  accuracy: "exact",
  cases: withHalves(
    ["planes"],
    [
      unpooled("planes", [2, 3, 4, 5], [8, 10]),
      unpooled("lines", [3, 9], [19]),
      unpooled("volumes", [2, 2, 3, 2], [5, 6, 4]),
      unpooled("one line", [4], [9]),
      unpooled("as many maxima as positions", [3, 13], [13]),
      { ...unpooled("the last of equal indices", [2, 3, 4], [5, 5], (at) => at % 3), differentiable: false },
      unpooled("no planes", [0, 2, 2], [4, 4]),
      unpooled("no maxima", [3, 0], [4]),
      unpooled("large: 65,537 planes", [65_537, 2], [4], (at) => (at % 2) + 1),
      {
        ...unpooled("non-finite", [2, 6, 7], [12, 14]),
        inputs: [
          { shape: [2, 6, 7], dtype: "f32", values: "non-finite" },
          unpooled("", [2, 6, 7], [12, 14]).inputs[1]!,
        ],
        needs: "non-finite",
      },
    ],
  ),
};
