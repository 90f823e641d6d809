import type { Limits, Spec } from "@evenkeel/tensor";
import { countValues, makeFloatElements } from "@evenkeel/tensor/wgsl";
import { computeLayout } from "../operands/layout.ts";
import { planTiles } from "./channel-tiles.ts";

/**
 * Whether kernels can write tensors in the layout of the first input as they are stored, which excludes single elements
 * that share words.
 */
export function canStore(
  [first]: readonly (Spec | undefined)[],
  { axis }: { readonly axis: number },
  limits: Limits,
): boolean {
  const { layout } = planTiles(computeLayout(first!.shape, axis));
  return makeFloatElements(first!.dtype, countValues(layout), limits).store !== undefined;
}
