import type { Activation, Spec } from "@evenkeel/tensor";
import { ArgumentError, formatSpec } from "@evenkeel/tensor";
import { checkValue, nonNegative } from "@evenkeel/tensor/checks";
import { checkArgument, checkInput } from "../operands/layout.ts";
import { checkActivation } from "./activation.ts";

export interface NormalizationAttributes {
  /** The channels' axis. */
  readonly axis: number;
  /** Added to the variance before the square root is taken. */
  readonly epsilon: number;
  readonly activation: Activation;
  /** Whether a residual is added before the activation. The gradient then reads signs from y, which is kept anyway. */
  readonly residual: boolean;
}

export interface NormalizationSpecs {
  readonly x: Spec;
  readonly scale?: Spec | undefined;
  readonly shift?: Spec | undefined;
  readonly residual?: Spec | undefined;
  readonly statistics?: Spec | undefined;
}

/** Throws a typed error unless attributes and operands fit together. */
export function checkNormalization(
  operation: string,
  { x, scale, shift, residual, statistics }: NormalizationSpecs,
  attrs: NormalizationAttributes,
): void {
  const channels = x.shape[checkInput(operation, x, attrs.axis)]!;
  const reason = `x has ${channels} channels`;
  checkArgument(operation, "scale", scale, [channels], reason);
  checkArgument(operation, "shift", shift, [channels], reason);
  checkArgument(operation, "residual", residual, x.shape, "it is added to the normalized x", x.dtype);
  checkArgument(operation, "statistics", statistics, [4, channels], reason);
  checkActivation(operation, attrs.activation);
  checkEpsilon(operation, attrs.epsilon);
  if (attrs.residual !== (residual !== undefined)) {
    throw new ArgumentError(
      `${operation}: residual: found ${formatSpec(residual)}, expected ${attrs.residual ? "a tensor" : "none"}`,
    );
  }
}

export const checkEpsilon = (operation: string, epsilon: number): void =>
  checkValue(`${operation}: epsilon`, epsilon, nonNegative);
