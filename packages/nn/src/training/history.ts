/** Of a whole pass: the loss, and each metric by its name. */
export interface Evaluation<Name extends string = string> {
  readonly loss: number;
  readonly metrics: { readonly [Metric in Name]: number };
  readonly examples: number;
}

/** What became known of one batch. A mean is NaN where nothing of the batch counts. */
export interface BatchRecord<Name extends string = string> extends Evaluation<Name> {
  readonly epoch: number;
  /** Counts from 0 within the epoch. */
  readonly batch: number;
  /** Counts from 0 over the whole run. */
  readonly step: number;
  readonly learningRate: number;
}

/** What became known of one epoch: of its batches as they were trained on. */
export interface EpochRecord<Name extends string = string> extends Evaluation<Name> {
  readonly epoch: number;
  /** Updates done by its end. */
  readonly steps: number;
  /** Time spent training, without validation, probes and checkpoints. */
  readonly milliseconds: number;
  readonly validation?: Evaluation<Name>;
}

/** The course of a run. It goes into every checkpoint, so it holds the batches of one epoch only: `onBatch` sees them all. */
export interface History<Name extends string = string> {
  readonly epochs: EpochRecord<Name>[];
  /** Those of the epoch that is under way, or of the last one. */
  readonly batches: BatchRecord<Name>[];
}
