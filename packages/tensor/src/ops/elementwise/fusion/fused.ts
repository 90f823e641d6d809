import { ArgumentError, DTypeError } from "../../../checks/errors.ts";
import { execute } from "../../../core/executor.ts";
import type { Tensor } from "../../../core/memory/tensor.ts";
import type { Op } from "../../../core/op.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { broadcastShapes, formatSpec } from "../../../core/spec.ts";
import type { Expression } from "../../../expression/expression.ts";

export interface FusedAttributes {
  readonly expression: Expression;
  /** The shape of the outputs, if it is larger than the shape to which the inputs broadcast, which is the default. */
  readonly shape?: Shape;
}

/** An op that evaluates any expression: `fuse` and the differentiation of expressions use it. */
export const fusedOp: Op<FusedAttributes> = {
  name: "fused",
  outputs: (inputs, { expression, shape: given }) => {
    checkInputs(inputs, expression);
    const shape =
      given ??
      broadcastShapes(
        inputs.flatMap((input) => (input ? [input.shape] : [])),
        "fused",
      );
    return expression.outputs.map(({ dtype }) => ({ shape, dtype }));
  },
  meaning: { expression: (_inputs, { expression }) => expression },
};

/** Checks dtypes, because compiled code reads its inputs as the expression declares them. */
function checkInputs(inputs: readonly (Spec | undefined)[], { inputs: dtypes }: Expression): void {
  let position = 0;
  for (const [index, input] of inputs.entries()) {
    if (input === undefined) continue;
    const expected = dtypes[position++];
    if (input.dtype !== expected) {
      throw new DTypeError(
        `fused: input ${index}: found ${formatSpec(input)}, expected ${expected ?? "none"}`,
      );
    }
  }
  if (position !== dtypes.length) {
    throw new ArgumentError(`fused: found ${position} inputs, expected ${dtypes.length}`);
  }
}

/**
 * Evaluates an expression at every point of its broadcast inputs, in one launch.
 *
 * Shapes: the inputs broadcast to one shape, which every output has.
 *
 * @param options.scalars the numbers of the expression that change from call to call
 * @param options.donate the indices of inputs whose memory the outputs may use
 * @throws ShapeError when the inputs do not broadcast, DTypeError if the dtype of one is not that of the expression
 */
export function evaluateExpression(
  expression: Expression,
  inputs: readonly Tensor[],
  options: { readonly scalars?: readonly number[]; readonly donate?: readonly number[] } = {},
): Tensor[] {
  return execute(fusedOp, inputs, { expression }, options);
}
