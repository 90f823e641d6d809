import type { Tensor } from "@evenkeel/tensor";

/** A mean as what it is made of: one element each, on the device. */
export interface WeightedMean {
  readonly sum: Tensor;
  /** How much counts: labels, positions, pixels, or a sum of weights. */
  readonly weight: Tensor;
}

/**
 * The mean of a loss or a metric of your own, together with what it was divided by: batches then count by their weight, and one
 * of weight 0 does not count. As a loss, `sum / weight` is differentiated, and nothing where the weight is 0.
 *
 * @example loss: (y, { target, mask }) => weighted(sum(mul(mask, square(sub(y, target)))), sum(mask))
 */
export const weighted = (sum: Tensor, weight: Tensor): WeightedMean => ({ sum, weight });

/**
 * What is computed of a batch: a tensor of one element, or `weighted(sum, weight)`. The number of a whole pass is what the
 * measure gives of all its batches as one: losses and metrics of this package tell what their mean was taken over, labels or
 * elements, and what is computed from means over the same is such a mean too. What a loss returns with the reduction `sum` is
 * summed as it is; what is computed from it, and any mean of your own, is weighted by the examples of each batch: use
 * `weighted` where something else counts.
 */
export type Measure<Labels, Outputs> = (outputs: Outputs, labels: Labels) => Tensor | WeightedMean;

/**
 * A metric that needs the whole pass: counts of each batch, a vector that is summed over batches, and what becomes of them.
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
}

/** What is computed of a batch. */
export interface Measures<Labels, Outputs, Name extends string = string> {
  /** What is minimized. */
  readonly loss: Measure<Labels, Outputs>;
  readonly metrics?: { readonly [Metric in Name]: Measure<Labels, Outputs> | PassMetric<Labels, Outputs> };
}
