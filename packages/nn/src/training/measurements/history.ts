import type { MetricDetails } from "./measures.ts";

/** The loss and the metrics, by their names. */
export interface Evaluation<Name extends string = string> {
  readonly loss: number;
  readonly metrics: { readonly [Metric in Name]: number };
  /** What metrics give beside a number, such as a matrix or one number for each class. Single batches have none. */
  readonly details?: { readonly [Metric in Name]?: MetricDetails };
  readonly examples: number;
}

/** The results of one batch. A mean is NaN where nothing of the batch counts. */
export interface BatchRecord<Name extends string = string> extends Evaluation<Name> {
  readonly epoch: number;
  /** Counts from 0 within the epoch. */
  readonly batch: number;
  /** Counts from 0 over the whole run. */
  readonly step: number;
  readonly learningRate: number;
}

/** The results of one epoch: each batch is measured in the step that trains on it. */
export interface EpochRecord<Name extends string = string> extends Evaluation<Name> {
  readonly epoch: number;
  /** The number of updates of the run by the end of the epoch. */
  readonly steps: number;
  /** Time spent training, without validation, probes and checkpoints. */
  readonly milliseconds: number;
  readonly validation?: Evaluation<Name>;
}

/** The results of a validation within an epoch. */
export interface ValidationRecord<Name extends string = string> extends Evaluation<Name> {
  readonly epoch: number;
  /** The number of updates of the run before it. */
  readonly steps: number;
}

/**
 * The records of a run. They are part of every checkpoint, so only the last 10,000 batches of one epoch and the last 1,000
 * validations are kept; callbacks get all.
 */
export interface History<Name extends string = string> {
  readonly epochs: EpochRecord<Name>[];
  /** The batches of the current epoch, or of the last one. */
  readonly batches: BatchRecord<Name>[];
  /** Those of `validateEvery`; absent without it. */
  readonly validations?: ValidationRecord<Name>[];
}

const mostBatches = 10_000;
const mostValidations = 1_000;

export function addBatch<Name extends string>({ batches }: History<Name>, record: BatchRecord<Name>): void {
  if (batches.length >= mostBatches) batches.shift();
  batches.push(record);
}

export function addValidation<Name extends string>(
  { validations }: History<Name>,
  record: ValidationRecord<Name>,
): void {
  if (validations!.length >= mostValidations) validations!.shift();
  validations!.push(record);
}
