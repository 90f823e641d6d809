import type { Limits, Spec } from "@evenkeel/tensor";
import { floatElements } from "@evenkeel/tensor/wgsl";
import { layoutOf } from "../operands/layout.ts";
import { tilingOf, widthOf } from "./tiling.ts";

/** Whether kernels can write tensors in the layout of the first input as they are stored: not single elements that share words. */
export function canStore(
  [first]: readonly (Spec | undefined)[],
  { axis }: { readonly axis: number },
  limits: Limits,
): boolean {
  const { unit } = tilingOf(layoutOf(first!.shape, axis));
  return floatElements(first!.dtype, widthOf(unit), limits).store !== undefined;
}
