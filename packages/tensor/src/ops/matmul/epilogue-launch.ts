import type { PlannedLaunch, Slot } from "../../core/devices/launch.ts";
import { mergeDimensions } from "../../core/plans/expression-plan.ts";
import type { Spec } from "../../core/spec.ts";
import { broadcastStrides, computeStrides } from "../../core/spec.ts";
import type { ProductEpilogue } from "./epilogue.ts";

/** Applies in place an epilogue that no kernel implements. The op's inputs from the third on are its extra inputs. */
export function planEpilogue(
  { expression }: ProductEpilogue,
  inputs: readonly (Spec | undefined)[],
  output: Spec,
): PlannedLaunch {
  const extras = inputs.slice(2).map((spec) => spec!);
  const { shape, strides } = mergeDimensions(output.shape, [
    computeStrides(output.shape),
    ...extras.map((extra) => broadcastStrides(extra.shape, output.shape)),
  ]);
  const operands: Slot[] = [{ output: 0 }, ...extras.map((_, extra) => ({ input: extra + 2 }))];
  return {
    kind: "expression",
    expression,
    shape,
    reads: operands.map((operand, position) => ({ operand, strides: strides[position]! })),
    writes: [{ output: 0 }],
    scalars: expression.scalars.map((_, scalar) => ({ scalar })),
  };
}
