import type { Op, Tensor } from "@evenkeel/tensor";
import { execute, scope } from "@evenkeel/tensor";
import { aTensor, callable, checkValue, either, listOf } from "@evenkeel/tensor/checks";
import { identity } from "./identity.ts";
import { tensorOrNone } from "./structure.ts";
import { withoutGradient } from "./tape.ts";

/**
 * The same value with a gradient of zero.
 *
 * Shapes: any -> the same, in the same memory.
 *
 * @example const centred = sub(x, stopGradient(mean(x)));
 */
export function stopGradient(x: Tensor): Tensor {
  return withoutGradient(() => identity(x));
}

/** What the backward function of `customGradient` gets besides the gradients of the outputs. */
export interface CustomGradientContext<Inputs extends readonly Tensor[]> {
  readonly inputs: Inputs;
  readonly outputs: readonly Tensor[];
  /** Which inputs need a gradient. */
  readonly needed: readonly boolean[];
}

/**
 * Gives a function its own gradient. `backward` gets the gradients of the outputs (undefined if nothing depends on an
 * output) and returns those of the inputs; if it consists of ops, it can be differentiated again. The ops in `f` are
 * not recorded. Throws ArgumentError unless `f` and `backward` are functions that return tensors.
 *
 * @example
 * const roundThrough = customGradient((x: Tensor) => round(x), ([dy]) => [dy]); // a straight-through estimator
 */
export function customGradient<
  const Inputs extends readonly Tensor[],
  Outputs extends Tensor | readonly Tensor[],
>(
  f: (...inputs: Inputs) => Outputs,
  backward: (
    outputGradients: readonly (Tensor | undefined)[],
    context: CustomGradientContext<Inputs>,
  ) => readonly (Tensor | undefined)[],
): (...inputs: Inputs) => Outputs {
  checkValue("customGradient: function", f, callable);
  checkValue("customGradient: backward", backward, callable);
  return (...inputs) =>
    scope(() => {
      const result = withoutGradient(() => f(...inputs));
      checkValue("customGradient: result of the function", result, either(aTensor, listOf(aTensor)));
      const results = (Array.isArray(result) ? result : [result]) as readonly Tensor[];
      const op = makeResultOp(inputs.length, results.length, backward as Backward);
      const outputs = execute(op, [...inputs, ...results], {});
      return (Array.isArray(result) ? outputs : outputs[0]) as Outputs;
    });
}

type Backward = (
  outputGradients: readonly (Tensor | undefined)[],
  context: CustomGradientContext<readonly Tensor[]>,
) => readonly (Tensor | undefined)[];

/** An op of the inputs and the finished results, which returns the results and has `backward` as its gradient. */
function makeResultOp(inputs: number, results: number, backward: Backward): Op {
  const positions = Array.from({ length: results }, (_, output) => output);
  return {
    name: "customGradient",
    outputs: (specs) => specs.slice(inputs).map((spec) => ({ shape: spec!.shape, dtype: spec!.dtype })),
    meaning: {
      loops: (operands, outputs) => {
        for (const position of positions) outputs[position]!.data.set(operands[inputs + position]!.data);
      },
    },
    gradient: {
      reads: () => ({ inputs: Array.from({ length: inputs }, (_, input) => input), outputs: positions }),
      apply: (context) => {
        const gradients = backward(context.outputGradients, {
          inputs: context.inputs.slice(0, inputs) as Tensor[],
          outputs: context.outputs as Tensor[],
          needed: context.needed.slice(0, inputs),
        });
        checkValue("customGradient: result of backward", gradients, listOf(tensorOrNone));
        return [...gradients];
      },
    },
    plan: () => ({
      launches: [],
      temporaries: [],
      aliases: positions.map((output) => [output, inputs + output] as const),
    }),
  };
}
