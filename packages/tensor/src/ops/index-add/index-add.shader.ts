import type { PlanOf } from "../../core/op.ts";
import { indexCheck } from "../indexing/indexing-plan.ts";
import { shaderAddPlan } from "../indexing/shader-indexing.ts";
import type { IndexAddAttributes } from "./index-add.ts";
import { updateLines } from "./index-add.ts";

export { indexAddOp as op } from "./index-add.ts";

export const plan: PlanOf<IndexAddAttributes> = ([updates, indices], { axis, size, outOfRange }, limits) => {
  const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
  return shaderAddPlan(updates!, indexing, limits, indexCheck("indexAdd", size, outOfRange));
};
