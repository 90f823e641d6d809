import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import { maxPoolOp } from "../max-pool.ts";
import type { PoolAttributes } from "../pooling-geometry.ts";
import { planeGeometry } from "../pooling-geometry.ts";
import { shaderPoolPlan } from "../pooling-plan.ts";
import { maxPoolKernel } from "./max-pool.wgsl.ts";

export { maxPoolOp as op } from "../max-pool.ts";

export const plan: PlanOf<PoolAttributes> = ([x], attrs, limits) => {
  const [y, places] = maxPoolOp.outputs([x], attrs);
  const size = sizeOf(y!.shape);
  return shaderPoolPlan(planeGeometry(x!.shape, y!.shape, attrs), limits, {
    kernel: maxPoolKernel(places!.dtype),
    reads: [{ input: 0 }],
    writes: [{ output: 0 }, { output: 1 }],
    count: places!.dtype === "u8" ? Math.ceil(size / 4) : size,
    more: size,
  });
};
