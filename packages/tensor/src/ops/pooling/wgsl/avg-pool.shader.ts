import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { AvgPoolAttributes } from "../avg-pool.ts";
import { avgPoolOp } from "../avg-pool.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { shaderPoolPlan } from "../pooling-plan.ts";
import { avgPoolKernel } from "./avg-pool.wgsl.ts";

export { avgPoolOp as op } from "../avg-pool.ts";

export const plan: PlanOf<AvgPoolAttributes> = ([x], attrs, limits) => {
  const [y] = avgPoolOp.outputs([x], attrs);
  return shaderPoolPlan(planeGeometry(x!.shape, y!.shape, attrs), limits, {
    kernel: avgPoolKernel(),
    reads: [{ input: 0 }],
    writes: [{ output: 0 }],
    count: sizeOf(y!.shape),
    more: Number(attrs.countIncludePad),
  });
};
