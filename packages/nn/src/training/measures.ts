import { withoutGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import { concatenate, reshape } from "@evenkeel/tensor";

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

/** Numbers side by side, as a vector. */
export function rowOf(values: readonly Tensor[]): Tensor {
  const elements = values.map((value) => reshape(value, [1]));
  return elements.length === 1 ? elements[0]! : concatenate(elements);
}
