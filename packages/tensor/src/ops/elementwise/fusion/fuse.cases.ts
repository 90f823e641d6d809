import type { OpCases } from "../../../core/op-cases.ts";
import { buildExpression } from "../../../expression/expression.ts";
import * as e from "../../../expression/functions.ts";
import type { FusedAttributes } from "./fused.ts";
import { fusedOp } from "./fused.ts";

/** relu(x scale + shift), with the number that it is compared with. */
const affine: FusedAttributes = {
  expression: buildExpression(
    { inputs: ["f32", "f32", "f32"], scalars: ["f32"] },
    ([x, scale, shift], [floor]) => {
      const y = e.add(e.mul(x!, scale!), shift!);
      return e.select(e.greater(y, floor!), y, floor!);
    },
  ),
};

/** One step of gradient descent with momentum: two outputs. */
const momentum: FusedAttributes = {
  expression: buildExpression(
    { inputs: ["f32", "f32", "f32"], scalars: ["f32", "f32"] },
    ([parameter, velocity, gradient], [rate, decay]) => {
      const next = e.add(e.mul(velocity!, decay!), gradient!);
      return [e.sub(parameter!, e.mul(next, rate!)), next];
    },
  ),
};

const positions: FusedAttributes = {
  expression: buildExpression({ inputs: ["f32"] }, ([x]) => e.add(x!, e.cast(e.indexLike(x!), "f32"))),
};

/** Small whole numbers: every step is exact, and none meets the kink at a quarter. */
const f32 = (...shape: number[]) => ({
  shape,
  dtype: "f32" as const,
  values: { integers: [-9, 9] as const },
});

export const fuseCases: OpCases<FusedAttributes> = {
  op: fusedOp,
  accuracy: "exact",
  cases: [
    { name: "chain", attrs: affine, inputs: [f32(7, 13), f32(7, 13), f32(7, 13)], scalars: [0.25] },
    {
      name: "channels",
      attrs: affine,
      inputs: [f32(2, 3, 5, 7), f32(3, 1, 1), f32(3, 1, 1)],
      scalars: [0.25],
    },
    { name: "columns and rows", attrs: affine, inputs: [f32(7, 1), f32(13), f32(7, 13)], scalars: [0.25] },
    { name: "empty", attrs: affine, inputs: [f32(0, 3), f32(3), f32(3)], scalars: [0.25] },
    { name: "rank 0", attrs: affine, inputs: [f32(), f32(), f32()], scalars: [0.25] },
    { name: "rank 5", attrs: affine, inputs: [f32(2, 3, 1, 2, 5), f32(3, 1, 1, 1), f32(5)], scalars: [0.25] },
    { name: "large", attrs: affine, inputs: [f32(65_537), f32(65_537), f32(1)], scalars: [0.25] },
    {
      name: "given shape",
      attrs: { ...affine, shape: [4, 5, 6] },
      inputs: [f32(6), f32(5, 1), f32()],
      scalars: [0.25],
    },
    {
      name: "two outputs",
      attrs: momentum,
      inputs: [f32(7, 5), f32(7, 5), f32(7, 5)],
      scalars: [0.125, 0.75],
    },
    {
      name: "two outputs, broadcast",
      attrs: momentum,
      inputs: [f32(7, 5), f32(5), f32(7, 1)],
      scalars: [1, 0],
    },
    { name: "positions", attrs: positions, inputs: [f32(3, 4, 5)] },
    { name: "positions, broadcast", attrs: { ...positions, shape: [3, 4, 5] }, inputs: [f32(4, 1)] },
    {
      name: "non-finite",
      attrs: affine,
      inputs: [{ ...f32(43), values: "non-finite" }, f32(43), f32(43)],
      scalars: [0.25],
      accuracy: "rounding",
      needs: "non-finite",
    },
  ],
};
