import type { Expression, Tensor } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  clamp,
  e,
  evaluateExpression,
  mul,
  scope,
  square,
  sum,
} from "@evenkeel/tensor";
import { aTensor, checkValue, listOf } from "@evenkeel/tensor/checks";
import { limitRule } from "./optimizer-options.ts";

let factor: Expression | undefined;

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it; the limit is the scalar. */
const buildFactor = (): Expression =>
  (factor ??= buildExpression({ inputs: ["f32"], scalars: ["f32"] }, ([squares], [limit]) => {
    const wanted = e.div(limit!, e.add(e.sqrt(squares!), 1e-6));
    return e.select(e.greater(wanted, 1), 1, wanted);
  }));

/**
 * The factor that scales gradients, at least one, so that the norm of all of them together is at most `limit`. It stays on the
 * device.
 *
 * Shapes: any -> [].
 */
export function clipFactor(gradients: readonly Tensor[], limit: number): Tensor {
  return scope(() => {
    const squares = gradients.map((gradient) => sum(square(gradient)));
    const total = squares.reduce((a, b) => add(a, b));
    return evaluateExpression(buildFactor(), [total], { scalars: [limit] })[0]!;
  });
}

/**
 * Gradients scaled together so that their norm is at most `limit` (Pascanu et al. 2013). Optimizers do the same within their
 * update when they are given `maxGradientNorm`.
 *
 * Shapes: as the gradients. Nothing is read back. Throws ArgumentError for a negative limit, and for anything but a list of
 * tensors.
 *
 * @example const clipped = clipByGlobalNorm(gradients, 1);
 */
export function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  checkValue("clipByGlobalNorm: gradients", gradients, listOf(aTensor));
  checkValue("clipByGlobalNorm: limit", limit, limitRule);
  if (gradients.length === 0) return [];
  return scope(() => {
    const scale = clipFactor(gradients, limit);
    return gradients.map((gradient) => mul(gradient, scale));
  });
}

/**
 * Gradients whose values are limited to [-limit, limit], as PyTorch's `clip_grad_value_` limits them. Optimizers do the same within
 * their update when they are given `maxGradientValue`.
 *
 * Shapes: as the gradients. Throws ArgumentError for a negative limit, and for anything but a list of tensors.
 *
 * @example const clipped = clipByValue(gradients, 0.5);
 */
export function clipByValue(gradients: readonly Tensor[], limit: number): Tensor[] {
  checkValue("clipByValue: gradients", gradients, listOf(aTensor));
  checkValue("clipByValue: limit", limit, limitRule);
  return gradients.map((gradient) => clamp(gradient, { min: -limit, max: limit }));
}
