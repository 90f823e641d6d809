import type { PlanOf } from "../../../core/op.ts";
import { linesAlong } from "../../movement/lines.ts";
import { indexCheck } from "../indexing-plan.ts";
import type { IndexAddAttributes } from "../take.ts";
import { shaderAddPlan } from "./indexing-plan.ts";

export { scatterAddOp as op } from "../gather.ts";

export const plan: PlanOf<IndexAddAttributes> = ([updates], { axis, size, outOfRange }, limits) => {
  const { outer, length, inner } = linesAlong(updates!.shape, axis);
  const indexing = { outer, length: size, inner, count: length, elementwise: true };
  return shaderAddPlan(updates!, indexing, limits, indexCheck("scatterAdd", size, outOfRange));
};
