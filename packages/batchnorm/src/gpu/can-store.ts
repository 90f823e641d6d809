import type { Limits, Spec } from "@evenkeel/tensor";
import { floatElements, widthOf } from "@evenkeel/tensor/wgsl";
import { layoutOf } from "../operands/layout.ts";
import { tilesOf } from "./channel-tiles.ts";

/**
 * Whether kernels can write tensors in the layout of the first input as they are stored, which excludes single elements
 * that share words.
 */
export function canStore(
  [first]: readonly (Spec | undefined)[],
  { axis }: { readonly axis: number },
  limits: Limits,
): boolean {
  const { layout } = tilesOf(layoutOf(first!.shape, axis));
  return floatElements(first!.dtype, widthOf(layout), limits).store !== undefined;
}
