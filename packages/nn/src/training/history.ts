import { ArgumentError } from "@evenkeel/tensor";

/** Averages over the examples of a pass: the loss, and each metric by its name. */
export interface Evaluation {
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  readonly examples: number;
}

/** What became known of one batch. */
export interface BatchRecord {
  readonly epoch: number;
  /** Counts from 0 within the epoch. */
  readonly batch: number;
  /** Counts from 0 over the whole run. */
  readonly step: number;
  readonly loss: number;
  readonly metrics: { readonly [name: string]: number };
  readonly examples: number;
  readonly learningRate: number;
}

/** What became known of one epoch: averages over its batches as they were trained on. */
export interface EpochRecord extends Evaluation {
  readonly epoch: number;
  /** Updates done by its end. */
  readonly steps: number;
  /** Time spent training, without validation, probes and checkpoints. */
  readonly milliseconds: number;
  readonly validation?: Evaluation;
}

/** The course of a run. */
export interface History {
  readonly epochs: EpochRecord[];
  readonly batches: BatchRecord[];
}

/** Averages of batches, weighted by their examples. NaN for no batches. */
export function averageOf(
  batches: readonly Pick<BatchRecord, "loss" | "metrics" | "examples">[],
  metricNames: readonly string[],
): Evaluation {
  const examples = batches.reduce((total, batch) => total + batch.examples, 0);
  const average = (value: (batch: (typeof batches)[number]) => number): number =>
    batches.reduce((total, batch) => total + value(batch) * batch.examples, 0) / examples;
  return {
    loss: average(({ loss }) => loss),
    metrics: Object.fromEntries(metricNames.map((name) => [name, average(({ metrics }) => metrics[name]!)])),
    examples,
  };
}

/** A row as it was read: the loss, then the metrics. */
export function namedValues(
  values: readonly number[],
  metricNames: readonly string[],
): Pick<Evaluation, "loss" | "metrics"> {
  if (values.length !== metricNames.length + 1) {
    throw new ArgumentError(
      `metrics: found ${values.length - 1} numbers, expected one for each of: ${metricNames.join(", ") || "none"}`,
    );
  }
  return {
    loss: values[0]!,
    metrics: Object.fromEntries(metricNames.map((name, index) => [name, values[index + 1]!])),
  };
}
