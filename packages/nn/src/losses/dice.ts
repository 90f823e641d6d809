import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  formatShape,
  indexType,
  isFloat,
  ShapeError,
  scope,
  sum,
  unsqueeze,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, integer, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import { checkLabelShape } from "./class-axis.ts";
import { checkFloats, checkSameShape } from "./formula.ts";
import { checkLabels } from "./host-integers.ts";
import type { LossOptions } from "./reduction.ts";
import { ignoredByDefault, lossRules, reduceLoss } from "./reduction.ts";

export interface DiceOptions extends LossOptions {
  /** Is added above and below the fraction, so that a class that is neither there nor predicted has loss 0; default 1e-5. */
  readonly smooth?: number;
  /** Whether the sums below the fraction are of squares (Milletari et al. 2016). Default: false. */
  readonly squared?: boolean;
  /** Positions with this label do not count; default -100. */
  readonly ignoreIndex?: number;
}

const terms = new Map<string, Expression>();

/** The terms p t, p and t of the three sums at every position, or those of squares; t is 1 at the label. */
function buildTerms(probabilities: DType, targets: DType, squared: boolean): Expression {
  const key = `${probabilities} ${targets} ${squared}`;
  let expression = terms.get(key);
  if (expression === undefined) {
    expression = buildExpression(
      { inputs: [probabilities, targets], scalars: [indexType, indexType, indexType] },
      ([p, target], [ignored, classes, inner]) => {
        const position = e.cast(e.indexLike(p!), indexType);
        const column = e.rem(e.div(position, inner!), classes!);
        const isLabel = targets === indexType;
        const counts = isLabel ? e.notEqual(target!, ignored!) : undefined;
        const isChosen = counts && e.and(counts, e.equal(target!, column));
        const t = isChosen ? e.select(isChosen, e.constantLike(p!, 1), 0) : target!;
        const counted = counts ? e.select(counts, p!, 0) : p!;
        const size = (x: typeof t): typeof t => (squared ? e.mul(x, x) : x);
        return [e.mul(counted, t), size(counted), size(t)];
      },
    );
    terms.set(key, expression);
  }
  return expression;
}

let fraction: Expression | undefined;

/**
 * One minus the Dice coefficient of every class of every sample: 1 - (2 sum p t + smooth) / (sum p + sum t + smooth), summed over
 * positions, where p are probabilities (`softmax` or `sigmoid` of logits) and t the targets. A `mask` of the shape [classes] leaves out
 * classes, such as the background.
 *
 * Shapes: f32 or f16 [n, classes, ...], i32 labels [n, ...], or probabilities of the same shape -> f32 [], or [n, classes] with
 * reduction `none`. Throws ShapeError, DTypeError, and ArgumentError for options out of range and, in `fit` and `evaluate`, for a
 * label of a host array that is not a class.
 *
 * @example dice(tensor([[[1, 0], [0, 1]]]), tensor([[0, 0]], { dtype: "i32" }), { reduction: "none" }) // [[0.3333, 1]]
 */
export function dice(probabilities: Tensor, targets: Tensor, options: DiceOptions = {}): Tensor {
  checkTensors("dice", probabilities, targets);
  checkOptions<DiceOptions>("dice", options, {
    ...lossRules,
    smooth: nonNegative,
    squared: yesOrNo,
    ignoreIndex: integer,
  });
  checkFloats("dice", "probabilities", probabilities);
  const { smooth = 1e-5, squared = false, ignoreIndex = ignoredByDefault } = options;
  const { shape } = probabilities;
  if (shape.length < 2) {
    throw new ShapeError(`dice: found probabilities ${formatShape(shape)}, expected [n, classes, ...]`);
  }
  const classes = shape[1]!;
  const isSoft = isFloat(targets.dtype);
  if (isSoft) checkSameShape("dice", ["probabilities", "targets"], probabilities, targets);
  else {
    checkLabels("dice", targets, classes, ignoreIndex);
    checkLabelShape("dice", probabilities, targets, 1);
  }
  fraction ??= buildExpression({ inputs: ["f32", "f32", "f32"], scalars: ["f32"] }, ([both, p, t], [s]) =>
    e.sub(1, e.div(e.add(e.mul(2, both!), s!), e.add(e.add(p!, t!), s!))),
  );
  const known = fraction;
  return scope(() => {
    const inner = shape.slice(2).reduce((count, size) => count * size, 1);
    const scalars = [ignoreIndex, Math.max(1, classes), Math.max(1, inner)];
    const inputs = [probabilities, isSoft ? targets : unsqueeze(targets, 1)];
    const expression = buildTerms(probabilities.dtype, targets.dtype, squared);
    const axis = shape.map((_, at) => at).slice(2);
    const sums = evaluateExpression(expression, inputs, { scalars }).map((term) =>
      axis.length === 0 ? term : sum(term, { axis }),
    );
    return reduceLoss("dice", evaluateExpression(known, sums, { scalars: [smooth] })[0]!, options);
  });
}
