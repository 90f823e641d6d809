import { checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";
import { collate } from "../examples/collate.ts";
import type { Dataset } from "../examples/dataset.ts";
import type { RandomStream } from "../random/random-stream.ts";

/** A source of batches, in host memory. */
export interface ExampleSource {
  readonly count: number;
  /** The batch of the examples at these positions, or a promise of it. */
  take(positions: Int32Array, random: RandomStream, epoch: number): unknown;
}

/** Examples that are joined by functions for their parts, or stacked. */
export function fromDataset(dataset: Dataset<unknown>, by?: unknown): ExampleSource {
  checkValue("batches: length", dataset.length, nonNegativeInteger);
  return {
    count: dataset.length,
    take: async (positions, _, epoch) => {
      const examples = await Promise.all(Array.from(positions, (position) => dataset.get(position, epoch)));
      return collate(examples, positions, "batches", by);
    },
  };
}
