import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  DTypeError,
  formatSpec,
  getCurrentExecutor,
  isFloat,
  isTensor,
  onesLike,
  rejectPromise,
  ShapeError,
  scope,
  settlingState,
  trackInScope,
  withExecutor,
  zerosLike,
} from "@evenkeel/tensor";
import { aTensor, checkValue, describeValue } from "@evenkeel/tensor/checks";
import { GradientMap } from "./gradient-map.ts";
import { Tape } from "./tape.ts";

/** The result of a loss function: the loss, optionally with an auxiliary result. */
export type LossResult = Tensor | readonly [loss: Tensor, aux: unknown];

export interface Differentiated {
  readonly value: Tensor;
  readonly gradients: Tensor[];
  readonly aux: unknown;
}

/** Runs `body` with the tape as the executor, in a scope. */
export function recordOn<Result>(tape: Tape, operation: string, body: () => Result): Result {
  return scope(() => {
    const result = withExecutor(tape, body);
    rejectPromise(result, operation);
    return result;
  });
}

/** Runs `loss`, then the backward pass to the gradients of the sources. All intermediate tensors are freed. */
export function differentiate(
  operation: string,
  sources: readonly Tensor[],
  loss: () => LossResult,
): Differentiated {
  return settlingState(() =>
    scope(() => {
      const tape = new Tape(getCurrentExecutor());
      const gradients = new GradientMap();
      try {
        for (const source of sources) tape.track(source);
        const result = recordOn(tape, operation, loss);
        const [value, aux] = Array.isArray(result)
          ? (result as [Tensor, unknown])
          : [result as Tensor, undefined];
        checkLoss(operation, value);
        if (tape.isTracked(value)) gradients.add(value.id, onesLike(value), value, operation);
        tape.backward(gradients);
        return { value, aux, gradients: sources.map((source) => takeGradient(gradients, source)) };
      } finally {
        tape.dispose();
        gradients.dispose();
      }
    }),
  );
}

/** The gradient of a source, owned by the current scope; zeros if the result does not depend on the source. */
export function takeGradient(gradients: GradientMap, source: Tensor): Tensor {
  const gradient = gradients.take(source.id);
  if (gradient === undefined) return zerosLike(source);
  trackInScope(gradient);
  return gradient;
}

function checkLoss(operation: string, value: unknown): void {
  if (!isTensor(value)) {
    throw new ArgumentError(
      `${operation}: found a function that returns ${describeValue(value)}, expected a tensor or [tensor, aux]`,
    );
  }
  checkFloat(operation, "the function's result", value);
  if (value.size !== 1) {
    throw new ShapeError(
      `${operation}: found a function that returns ${formatSpec(value)}, expected one element: reduce it, or use vjp`,
    );
  }
}

export function checkFloat(operation: string, argument: string, tensor: Tensor): void {
  checkValue(`${operation}: ${argument}`, tensor, aTensor);
  if (!isFloat(tensor.dtype)) {
    throw new DTypeError(`${operation}: ${argument}: found ${formatSpec(tensor)}, expected a float dtype`);
  }
}
