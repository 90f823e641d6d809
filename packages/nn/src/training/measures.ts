import { withoutGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import { reshape } from "@evenkeel/tensor";

/** A number for a batch: one element, an average over its examples. */
export type Measure<Labels, Outputs> = (outputs: Outputs, labels: Labels) => Tensor;

/** What is computed of a batch. */
export interface Measures<Labels, Outputs> {
  readonly loss: Measure<Labels, Outputs>;
  readonly metrics?: { readonly [name: string]: Measure<Labels, Outputs> };
}

/** The metrics of a batch, in the order of their names; nothing is differentiated through them. */
export function measureMetrics<Labels, Outputs>(
  outputs: Outputs,
  labels: Labels,
  { metrics = {} }: Measures<Labels, Outputs>,
): Tensor[] {
  return withoutGradient(() => Object.values(metrics).map((metric) => metric(outputs, labels)));
}

/** Each number as a vector of its own, without a launch: they are joined when many are read. */
export const rowOf = (values: readonly Tensor[]): Tensor[] => values.map((value) => reshape(value, [1]));
