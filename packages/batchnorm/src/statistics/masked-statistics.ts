import type { DType, Expression, Op, Shape, Spec, Tensor } from "@evenkeel/tensor";
import {
  broadcastShapes,
  broadcastTo,
  buildExpression,
  cast,
  div,
  e,
  evaluateExpression,
  execute,
  formatShape,
  isSameShape,
  maximum,
  mul,
  reshape,
  ShapeError,
  stack,
  sum,
  where,
} from "@evenkeel/tensor";
import { checkOptions } from "@evenkeel/tensor/checks";
import { checkDType, checkInput, computeChannelShape, listBatchAxes } from "../operands/layout.ts";
import { axisRule } from "../operands/options.ts";
import { extractRow, extractRows, nonZero, rows } from "./rows.ts";
import { propagateThroughStatistics, statistics } from "./statistics.ts";
import type { StatisticsAttributes } from "./statistics-attributes.ts";

/** Statistics of the values of x where the mask is true. */
export const maskedStatisticsOp: Op<StatisticsAttributes> = {
  name: "maskedStatistics",
  outputs: ([x, mask], { axis }) => {
    const channels = x!.shape[checkInput("maskedStatistics", x!, axis)]!;
    checkMask("maskedStatistics", mask!, x!);
    return [{ shape: [4, channels], dtype: "f32" }];
  },
  meaning: {
    composition: ([x, mask], { axis }) => {
      const count = countMasked(mask!, x!.shape, axis);
      const total = sum(cast(where(mask!, x!, 0), "f32"), { axis: listBatchAxes(x!.shape, axis) });
      const pivot = div(total, maximum(count, 1));
      const filled = inPlaceOfMasked(mask!, x!, reshape(pivot, computeChannelShape(x!.shape, axis)));
      return [withoutPivots(statistics(filled, { axis }), count, pivot)];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [0] }),
    apply: ({ inputs: [x, mask], outputs: [found], outputGradients: [gradient], attrs: { axis } }) => {
      const ofRow = (row: number): Tensor => extractRow(gradient!, row, [found!.shape[1]!]);
      const dense = propagateThroughStatistics(
        where(mask!, x!, 0),
        found!,
        axis,
        ofRow(rows.mean),
        ofRow(rows.m2),
      )!;
      return [where(mask!, dense, 0)];
    },
  },
};

/** Throws DTypeError unless the mask is bool, ShapeError unless it broadcasts to the shape of x. */
export function checkMask(operation: string, mask: Spec, x: Spec): void {
  checkDType(operation, "mask", mask, ["bool"]);
  if (!isSameShape(broadcastShapes([mask.shape, x.shape], operation), x.shape)) {
    throw new ShapeError(
      `${operation}: mask: found shape ${formatShape(mask.shape)}, expected one that broadcasts to ${formatShape(x.shape)}`,
    );
  }
}

const expressions = new Map<DType, Expression>();

/** x where the mask is true, the other values elsewhere; in f32, because rounding to f16 would change the pivots. */
function inPlaceOfMasked(mask: Tensor, x: Tensor, others: Tensor): Tensor {
  const { dtype } = x;
  const expression =
    expressions.get(dtype) ??
    buildExpression({ inputs: ["bool", dtype, "f32"] }, ([isCounted, value, other]) =>
      e.select(isCounted!, value!, other!),
    );
  expressions.set(dtype, expression);
  return evaluateExpression(expression, [mask, x, others])[0]!;
}

/** The number of values of each channel for which the mask is true. */
function countMasked(mask: Tensor, shape: Shape, axis: number): Tensor {
  const aligned = reshape(mask, [...new Array<number>(shape.length - mask.rank).fill(1), ...mask.shape]);
  const axes = listBatchAxes(shape, axis);
  const repetitions = axes.reduce(
    (product, other) => product * (aligned.shape[other] === shape[other] ? 1 : shape[other]!),
    1,
  );
  const counts = mul(sum(cast(aligned, "f32"), { axis: axes }), repetitions);
  return broadcastTo(counts, [shape[axis]!]);
}

/**
 * Removes the masked values from statistics that counted each of them as the pivot K, a first estimate of the mean.
 * With N values counted, n of which have a true mask: mean = mean_N + (N - n) / n * (mean_N - K) and M2 = M2_N - N *
 * (N - n) / n * (mean_N - K)^2, by Chan's formula. K is the mean up to rounding, so no digits
 * cancel, and for N = n nothing changes.
 */
function withoutPivots(filled: Tensor, count: Tensor, pivot: Tensor): Tensor {
  const expression = buildExpression(
    { inputs: ["f32", "f32", "f32", "f32", "f32", "f32"] },
    ([total, mean, rest, m2, count, pivot]) => {
      const distance = e.add(e.sub(mean!, pivot!), rest!);
      const excess = e.mul(e.div(e.sub(total!, count!), nonZero(count!)), distance);
      return [e.add(rest!, excess), e.sub(m2!, e.mul(e.mul(total!, excess), distance))];
    },
  );
  const [total, mean, rest, m2] = extractRows(filled, count.shape);
  const corrected = evaluateExpression(expression, [total, mean, rest, m2, count, pivot]);
  return stack([count, mean, ...corrected]);
}

/**
 * Count, mean and M2 of each channel over the values whose mask is true, for example of sequences of different
 * lengths that are padded to one length. All other values, NaN included, have no influence and get the gradient 0.
 *
 * Shapes: x of rank 1 and more, a bool mask that broadcasts to it -> [4, C]. Throws DTypeError unless x is f32 or f16
 * and the mask bool, ShapeError where they do not fit.
 *
 * @param options.axis the channels' axis; default 1, as in NCHW
 * @example maskedStatistics(x, less(arange(0, length), reshape(lengths, [-1, 1, 1]))) // x of [N, C, length]
 */
export function maskedStatistics(x: Tensor, mask: Tensor, options: { readonly axis?: number } = {}): Tensor {
  checkOptions("maskedStatistics", options, axisRule);
  const axis = checkInput("maskedStatistics", x, options.axis ?? 1);
  return execute(maskedStatisticsOp, [x, mask], { axis })[0]!;
}
