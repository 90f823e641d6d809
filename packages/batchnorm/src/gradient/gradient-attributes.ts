import type { Spec } from "@evenkeel/tensor";
import { checkArgument } from "../operands/layout.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { checkNormalization } from "../pre-activation/attributes.ts";

export interface GradientAttributes extends NormalizationAttributes {
  /** Whether the statistics are those of x, so that the gradient flows through them too. */
  readonly ofBatch: boolean;
}

export type GradientApplyAttributes = Omit<NormalizationAttributes, "residual">;

/** Whether dz, the gradient before the activation, is a separate output: the gradient of the residual. */
export const keepsDz = ({ activation, residual }: NormalizationAttributes): boolean =>
  residual && activation !== "none";

/** Throws a typed error unless dy, x, statistics, scale, shift and y fit together. */
export function checkGradient(
  operation: string,
  [dy, x, statistics, scale, shift, y]: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
): void {
  const residual = attrs.residual ? x : undefined;
  checkNormalization(operation, { x: x!, statistics, scale, shift, residual }, attrs);
  checkArgument(operation, "dy", dy, x!.shape, "as x", x!.dtype);
  if (keepsDz(attrs)) checkArgument(operation, "y", y!, x!.shape, "as x", x!.dtype);
}
