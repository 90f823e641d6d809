import { checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nonNegativeInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { unsqueeze } from "../movement/reshape.ts";

export interface OneHotAttributes {
  readonly classes: number;
}

/** y[..., j] = [j = label] for labels of shape [..., 1]. */
export const oneHotOp: Op<OneHotAttributes> = {
  name: "oneHot",
  outputs: ([labels], { classes }) => {
    checkDType("oneHot", "labels", labels!, indexType);
    checkValue("oneHot: classes", classes, nonNegativeInteger);
    if (labels!.shape.at(-1) !== 1) {
      throw new ShapeError(
        `oneHot: labels: found ${formatShape(labels!.shape)}, expected a last axis of one element`,
      );
    }
    return [{ shape: labels!.shape.with(-1, classes), dtype: "f32" }];
  },
  meaning: {
    expression: (_, { classes }) =>
      buildExpression({ inputs: [indexType] }, ([label]) => {
        const column = e.cast(e.rem(e.indexLike(label!), classes), "i32");
        return e.cast(e.equal(label!, column), "f32");
      }),
  },
};

/**
 * For every label, a vector that is 1 at its class and 0 elsewhere; all zeros for a label that is not a class.
 *
 * Shapes: i32 [...] -> f32 [..., classes]; `cast` it where it meets another dtype. Throws DTypeError unless the labels are i32, ArgumentError unless `classes` is a
 * non-negative integer.
 *
 * @example oneHot(tensor([2, 0], { dtype: "i32" }), 3) // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(labels: Tensor, classes: number): Tensor {
  checkTensors("oneHot", labels);
  return scope(() => execute(oneHotOp, [unsqueeze(labels, labels.rank)], { classes })[0]!);
}
