import { checkOptions, checkTensors } from "../../checks/check.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Axes, Spec } from "../../core/spec.ts";
import { normalizeAxes } from "../../core/spec.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { reshape } from "../movement/reshape.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { computeReducedShape } from "./reduction-geometry.ts";

export interface ReductionOptions {
  /** The axes to reduce. Default: all axes. */
  readonly axis?: Axes | undefined;
  /** Keeps reduced axes, with one element. Default: false. */
  readonly keepDims?: boolean;
}

export const reductionRules: Rules<ReductionOptions> = {
  axis: anything,
  keepDims: yesOrNo,
};

/** Throws ArgumentError for a wrong option. */
export function readReductionAttributes(
  x: Tensor,
  options: ReductionOptions,
  operation: string,
): ReductionAttributes {
  checkTensors(operation, x);
  checkOptions<ReductionOptions>(operation, options, reductionRules);
  const { axis, keepDims = false } = options;
  return { axes: normalizeAxes(axis, x.rank, operation), keepDims };
}

/** Inserts the reduced axes into a reduced tensor, as dimensions of one element. */
export function restoreAxes(reduced: Tensor, input: Spec, axes: readonly number[]): Tensor {
  return reshape(reduced, computeReducedShape(input.shape, { axes, keepDims: true }));
}

/** Repeats a reduced tensor along the axes that were reduced. */
export function broadcastReduced(reduced: Tensor, input: Spec, axes: readonly number[]): Tensor {
  return scope(() => broadcastTo(restoreAxes(reduced, input, axes), input.shape));
}
