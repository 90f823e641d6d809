import type { PlanOf } from "../../../core/op.ts";
import { indexCheck } from "../indexing-plan.ts";
import type { IndexAddAttributes } from "../take.ts";
import { updateLines } from "../take.ts";
import { shaderAddPlan } from "./indexing-plan.ts";

export { indexAddOp as op } from "../take.ts";

export const plan: PlanOf<IndexAddAttributes> = ([updates, indices], { axis, size, outOfRange }, limits) => {
  const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
  return shaderAddPlan(updates!, indexing, limits, indexCheck("indexAdd", size, outOfRange));
};
