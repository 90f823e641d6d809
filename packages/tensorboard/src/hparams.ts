/** The settings of a run by their names. */
export interface Hparams {
  readonly [name: string]: string | number | boolean;
}

/** A metric that is compared between runs: the tag of a scalar, and the run that has it, relative to the run of the settings. */
export interface HparamsMetric {
  readonly tag: string;
  /** Default: the run itself. */
  readonly group?: string;
}
