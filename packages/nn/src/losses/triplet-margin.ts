import type { Expression, Tensor } from "@evenkeel/tensor";
import { buildExpression, cast, e, evaluateExpression, minimum, ShapeError, scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors, nonNegative, yesOrNo } from "@evenkeel/tensor/checks";
import { computeDistances, norm } from "./distance.ts";
import { checkFloats, checkSameShape } from "./formula.ts";
import { hideMaskedVectors } from "./mask.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules, reduceLoss } from "./reduction.ts";

export interface TripletMarginOptions extends LossOptions {
  /** How much farther the negative must be than the positive; default 1. */
  readonly margin?: number;
  /** The norm of the distance; default 2. */
  readonly p?: number;
  /** Is added to every difference, so that no distance is 0; default 1e-6. */
  readonly epsilon?: number;
  /** Whether the negative counts by its distance from the anchor or from the positive, whichever is smaller. Default: false. */
  readonly swap?: boolean;
}

let hinge: Expression | undefined;

/**
 * max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is the p-norm of the difference, as PyTorch's
 * `triplet_margin_loss`.
 *
 * Shapes: f32 or f16 [n, size] or [size], three times the same -> f32 [], or [n] with reduction `none`. Throws ShapeError when
 * they differ, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example tripletMargin(tensor([[0, 0]]), tensor([[0, 1]]), tensor([[3, 4]]), { margin: 6 }) // 2
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  checkTensors("tripletMargin", anchor, positive, negative);
  checkOptions<TripletMarginOptions>("tripletMargin", options, {
    ...lossRules,
    margin: nonNegative,
    p: norm,
    epsilon: nonNegative,
    swap: yesOrNo,
  });
  for (const [name, x] of Object.entries({ anchor, positive, negative })) {
    checkFloats("tripletMargin", name, x);
    checkSameShape("tripletMargin", ["anchor", name], anchor, x);
  }
  if (anchor.rank === 0) throw new ShapeError("tripletMargin: found anchor [], expected vectors");
  const { margin = 1, p = 2, epsilon = 1e-6, swap = false, mask } = options;
  hinge ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([near, far], [least]) => {
    const loss = e.add(e.sub(near!, far!), least!);
    return e.select(e.greater(loss, 0), loss, 0);
  });
  const known = hinge;
  return scope(() => {
    // Three vectors that differ: the distance of equal ones has no slope.
    const [a, b, c] = [anchor, positive, negative].map((vectors, hidden) => {
      const floats = cast(vectors, "f32");
      if (mask === undefined) return floats;
      return hideMaskedVectors("tripletMargin", floats, mask, { axis: floats.rank - 1, hidden });
    }) as [Tensor, Tensor, Tensor];
    const near = computeDistances(a, b, p, epsilon);
    const direct = computeDistances(a, c, p, epsilon);
    const far = swap ? minimum(direct, computeDistances(b, c, p, epsilon)) : direct;
    const [losses] = evaluateExpression(known, [near, far], { scalars: [margin] });
    return reduceLoss("tripletMargin", losses!, options);
  });
}
