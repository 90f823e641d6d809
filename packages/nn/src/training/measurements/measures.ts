import type { Tensor } from "@evenkeel/tensor";

/** A mean, as a sum and a weight: one element each, on the device. */
export interface WeightedMean {
  readonly sum: Tensor;
  /** The divisor of the sum: a number of labels, positions or pixels, or a sum of weights. */
  readonly weight: Tensor;
}

/**
 * The mean of your own loss or metric, together with its divisor: batches then count by their weight, and one of weight 0 does
 * not count. As a loss, `sum / weight` is differentiated; its gradient is 0 where the weight is 0.
 *
 * @example loss: (y, { target, mask }) => weighted(sum(mul(mask, square(sub(y, target)))), sum(mask))
 */
export const weighted = (sum: Tensor, weight: Tensor): WeightedMean => ({ sum, weight });

/**
 * Measures a batch: returns a tensor of one element, or `weighted(sum, weight)`. The value of a whole pass is the one that the
 * measure has for all batches together. Losses and metrics of this package record what their mean was taken over, labels or
 * elements, and a value computed from means over the same labels or elements counts as such a mean too. The result of a loss
 * with the reduction `sum` is summed. A value computed from such a sum, and any mean of your own, is weighted by the number of
 * examples of each batch; use `weighted` for any other weight.
 */
export type Measure<Labels, Outputs> = (outputs: Outputs, labels: Labels) => Tensor | WeightedMean;

/** Results of a metric that are no single number: a list, such as one number for each class, or a matrix. */
export type MetricDetails = readonly number[] | readonly (readonly number[])[];

/**
 * A metric of the whole pass: `counts` returns a vector for each batch, which is summed over batches, and `of` makes the metric
 * from the sums. What `details` makes from them stands in the `details` of the results of `evaluate` and of epochs.
 *
 * @example
 * const f1: PassMetric<Tensor, Tensor> = {
 *   counts: (logits, labels) => truePositivesFalsePositivesFalseNegatives(logits, labels),
 *   of: ([tp, fp, fn]) => (2 * tp!) / (2 * tp! + fp! + fn!),
 * };
 */
export interface PassMetric<Labels, Outputs> {
  counts(outputs: Outputs, labels: Labels): Tensor;
  of(totals: readonly number[]): number;
  details?(totals: readonly number[]): MetricDetails;
  /**
   * Adds the counts of a batch to the totals, which it may change and return. Where it is given, counts may differ in length and
   * mean anything, for example values to collect; the totals begin as the counts of the first batch. Default: their sum.
   */
  merge?(totals: number[], counts: readonly number[]): number[];
}

/** The loss and the metrics of a batch. */
export interface Measures<Labels, Outputs, Name extends string = string> {
  /** The value that is minimized. */
  readonly loss: Measure<Labels, Outputs>;
  readonly metrics?: { readonly [Metric in Name]: Measure<Labels, Outputs> | PassMetric<Labels, Outputs> };
}
