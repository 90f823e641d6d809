import type { Op, PlanOf } from "@evenkeel/tensor";
import { floatElements, throughF32 } from "@evenkeel/tensor/wgsl";
import { layoutOf } from "../operands/layout.ts";
import { tilingOf, widthOf } from "./tiling.ts";

/**
 * A plan in WGSL whose kernels write tensors in the layout of the first input, where the device can write them: single halves
 * that share words go through f32.
 */
export function storedPlan<Attrs extends { readonly axis: number }>(
  op: Op<Attrs>,
  plan: PlanOf<Attrs>,
): PlanOf<Attrs> {
  const wide = throughF32(op, plan);
  return (inputs, attrs, limits, donated) => {
    const { shape, dtype } = inputs[0]!;
    const { unit } = tilingOf(layoutOf(shape, attrs.axis));
    const isWritable = floatElements(dtype, widthOf(unit), limits).store !== undefined;
    return (isWritable ? plan : wide)(inputs, attrs, limits, donated);
  };
}
