import type { PlanOf } from "../../core/op.ts";
import type { IndexAddAttributes } from "../index-add/index-add.ts";
import { indexCheck } from "../indexing/indexing-plan.ts";
import { shaderAddPlan } from "../indexing/shader-indexing.ts";
import { linesAlong } from "../lines/lines.ts";

export { scatterAddOp as op } from "./scatter-add.ts";

export const plan: PlanOf<IndexAddAttributes> = ([updates], { axis, size, outOfRange }, limits) => {
  const { outer, length, inner } = linesAlong(updates!.shape, axis);
  const indexing = { outer, length: size, inner, count: length, elementwise: true };
  return shaderAddPlan(updates!, indexing, limits, indexCheck("scatterAdd", size, outOfRange));
};
