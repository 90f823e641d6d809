import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  DTypeError,
  e,
  evaluateExpression,
  floatTypes,
  formatShape,
  formatSpec,
  indexType,
  isFloat,
  isSameShape,
  reshape,
  ShapeError,
  sum,
} from "@evenkeel/tensor";
import { countLabels, shareDenominator } from "./denominators.ts";
import { applyMask } from "./mask.ts";
import { isOtherClass } from "./other-class.ts";

/** Throws unless there is one weight for each class. */
export function checkWeight(operation: string, weight: Tensor, classes: number): void {
  if (!isFloat(weight.dtype)) {
    throw new DTypeError(
      `${operation}: weight: found ${formatSpec(weight)}, expected ${floatTypes.join(" or ")}: use cast`,
    );
  }
  if (isSameShape(weight.shape, [classes])) return;
  throw new ShapeError(
    `${operation}: weight: found ${formatShape(weight.shape)}, expected [${classes}], one weight for each class`,
  );
}

const picks = new Map<DType, Expression>();

/** The weight of the class of each label, in f32; 0 for one that is ignored or no class. */
export function pickWeights(labels: Tensor, weight: Tensor, ignoreIndex: number): Tensor {
  let expression = picks.get(weight.dtype);
  if (expression === undefined) {
    // A row of weights for each label, of which the sum keeps one: no kernel of lookups has to be downloaded for it.
    expression = buildExpression(
      { inputs: [indexType, weight.dtype], scalars: [indexType, indexType] },
      ([label, w], [ignored, classes]) => {
        const column = e.rem(e.cast(e.indexLike(label!), indexType), classes!);
        const isChosen = e.and(e.equal(label!, column), e.notEqual(label!, ignored!));
        return e.select(isChosen, e.cast(w!, "f32"), 0);
      },
    );
    picks.set(weight.dtype, expression);
  }
  const column = reshape(labels, [labels.size, 1]);
  const scalars = [ignoreIndex, Math.max(1, weight.size)];
  const [rows] = evaluateExpression(expression, [column, weight], { scalars });
  return reshape(sum(rows!, { axis: 1 }), labels.shape);
}

/** What the mean over labels is divided by: their number, or the sum of their weights, without those that are ignored or masked. */
export function weighLabels(
  labels: Tensor,
  {
    ignoreIndex,
    weight,
    mask,
  }: {
    readonly ignoreIndex: number;
    readonly weight?: Tensor | undefined;
    readonly mask?: Tensor | undefined;
  },
): number | Tensor {
  if (weight === undefined && mask === undefined) return countLabels(labels, ignoreIndex);
  return shareDenominator(`weights ${labels.id} ${ignoreIndex} ${weight?.id} ${mask?.id}`, () => {
    const weights =
      weight === undefined ? isOtherClass(labels, ignoreIndex) : pickWeights(labels, weight, ignoreIndex);
    return sum(mask === undefined ? weights : applyMask(weights, mask));
  });
}
