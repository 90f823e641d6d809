import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  getCurrentExecutor,
  isTensor,
  makeAlias,
  rejectPromise,
  scope,
  settlingState,
} from "@evenkeel/tensor";
import { aTensor, callable, checkValue, either, listOf } from "@evenkeel/tensor/checks";
import { GradientMap } from "./gradient-map.ts";
import { identity } from "./identity.ts";
import { checkFloat, recordOn, takeGradient } from "./record.ts";
import type { GradientsOf } from "./structure.ts";
import { tensorOrNone } from "./structure.ts";
import { Tape } from "./tape.ts";

/**
 * Maps gradients of the outputs to gradients of the inputs, any number of times. It keeps the values that it needs
 * until it is disposed or the scope in which it was created ends.
 */
export interface Pullback<Inputs extends readonly Tensor[], Outputs> extends Disposable {
  (outputGradients: PullbackArgument<Outputs>): GradientsOf<Inputs>;
  dispose(): void;
}

/** One gradient for each output; undefined in a list means zero. */
export type PullbackArgument<Outputs> = Outputs extends Tensor
  ? Tensor
  : { [Index in keyof Outputs]: Outputs[Index] | undefined };

/**
 * The value of a function, and the vector-Jacobian product at that point.
 *
 * Shapes: `f` may return one tensor or a list, of any shapes; each gradient has the shape of its tensor.
 *
 * @throws ArgumentError for wrong arguments; DTypeError for inputs that are not of a float dtype; ShapeError when an output
 * gradient does not have the shape of its output; MissingGradientError as in `grad`
 * @example
 * const [y, pullback] = vjp((x: Tensor) => mul(x, x), x);
 * const [dx] = pullback(dy);
 */
export function vjp<const Inputs extends readonly Tensor[], Outputs extends Tensor | readonly Tensor[]>(
  f: (...inputs: Inputs) => Outputs,
  ...inputs: Inputs
): [value: Outputs, pullback: Pullback<Inputs, Outputs>] {
  checkValue("vjp: function", f, callable);
  for (const [position, input] of inputs.entries()) checkFloat("vjp", `argument ${position}`, input);
  const tape = new Tape(getCurrentExecutor());
  const sources = inputs.map((input) => identity(input));
  for (const source of sources) tape.track(source);
  const dispose = (): void => {
    tape.dispose();
    for (const source of sources) source.dispose();
  };
  let outputs: Tensor | Tensor[];
  try {
    outputs = settlingState(() => runForward(tape, () => f(...(sources as unknown as Inputs)), sources));
  } catch (error) {
    dispose();
    throw error;
  }
  tape.moveToScope();
  // Stores the identities and specs of the outputs, because the caller may dispose them.
  const targets = [outputs].flat().map((output) => ({
    id: output.id,
    shape: output.shape,
    dtype: output.dtype,
    isTracked: tape.isTracked(output),
  }));

  const pullback = (outputGradients: Tensor | readonly (Tensor | undefined)[]): Tensor[] => {
    const given = isTensor(outputGradients) ? [outputGradients] : outputGradients;
    checkValue("pullback: gradients", given, listOf(tensorOrNone));
    if (given.length !== targets.length) {
      throw new ArgumentError(`pullback: found ${given.length} gradients, expected ${targets.length}`);
    }
    return scope(() => {
      const gradients = new GradientMap();
      try {
        targets.forEach((target, index) => {
          const gradient = given[index];
          if (gradient !== undefined && target.isTracked)
            gradients.add(target.id, gradient, target, "pullback");
        });
        tape.backward(gradients, { retain: true });
        return sources.map((source) => takeGradient(gradients, source));
      } finally {
        gradients.dispose();
      }
    });
  };
  return [
    outputs as unknown as Outputs,
    Object.assign(pullback, { dispose, [Symbol.dispose]: dispose }) as never,
  ];
}

/** A source that is returned unchanged gets a new handle. */
function runForward(
  tape: Tape,
  f: () => Tensor | readonly Tensor[],
  sources: readonly Tensor[],
): Tensor | Tensor[] {
  return recordOn(tape, "vjp", () => {
    const result = f();
    rejectPromise(result, "vjp");
    checkValue("vjp: result of the function", result, either(aTensor, listOf(aTensor)));
    const owned = (output: Tensor): Tensor => (sources.includes(output) ? makeAlias(output) : output);
    return isTensor(result) ? owned(result) : result.map(owned);
  });
}
