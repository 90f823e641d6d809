import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, readAxisOption } from "../../core/spec.ts";
import type { Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { concatenate } from "../movement/concatenate.ts";
import { split } from "../movement/split.ts";
import { evaluateExpression } from "./fusion/fused.ts";
import { pointwise } from "./fusion/pointwise.ts";
import { computeUnaryOutputs } from "./operands/unary.ts";

export interface GluAttributes {
  /** Counted from the front. */
  readonly axis: number;
}

/** y = a sigmoid(b) for the halves a and b of x along an axis. */
export const gluOp: Op<GluAttributes> = {
  name: "glu",
  outputs: (inputs, { axis }) => {
    const [{ shape, dtype }] = computeUnaryOutputs("glu", inputs) as [(typeof inputs)[0] & object];
    if (shape[axis]! % 2 !== 0) {
      throw new ShapeError(`glu: x: found ${formatShape(shape)}, expected an even size along axis ${axis}`);
    }
    return [{ shape: shape.toSpliced(axis, 1, shape[axis]! / 2), dtype }];
  },
  meaning: {
    composition: ([x], { axis }) => [pointwise(split(x!, 2, { axis }), (a, b) => e.mul(a!, e.sigmoid(b!)))],
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [] }),
    apply: ({ inputs: [x], outputGradients: [dy], attrs: { axis } }) => {
      const halves = split(x!, 2, { axis });
      const expression = buildExpression(
        { inputs: [x!.dtype, x!.dtype, dy!.dtype], outputs: [x!.dtype, x!.dtype] },
        ([a, b, slope]) => differentiateGlu(a!, b!, slope!),
      );
      return [concatenate(evaluateExpression(expression, [...halves, dy!]), { axis })];
    },
  },
};

function differentiateGlu(a: Value, b: Value, dy: Value): Value[] {
  const gate = e.sigmoid(b);
  const da = e.mul(dy, gate);
  return [da, e.mul(e.mul(da, e.sigmoid(e.neg(b))), a)];
}

/**
 * The gated linear unit: x is cut in half along an axis, and the sigmoid of the second half scales the first (Dauphin et al. 2017).
 *
 * Shapes: [..., 2 n, ...] -> [..., n, ...]. Throws ShapeError for an odd size along the axis, DTypeError unless x is f32 or f16,
 * ArgumentError for an axis out of range.
 *
 * @param options.axis default: the last
 * @example glu(tensor([3, 8, 0, -2])) // [1.5, 0.9536]
 */
export function glu(x: Tensor, options: { readonly axis?: number } = {}): Tensor {
  checkTensors("glu", x);
  const axis = readAxisOption("glu", options, x.rank, -1);
  return scope(() => execute(gluOp, [x], { axis })[0]!);
}
