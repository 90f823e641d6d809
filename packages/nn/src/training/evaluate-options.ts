import type { DataSource } from "./batches/batch.ts";
import type { Measures } from "./measurements/measures.ts";

/** How to evaluate, and on which data. */
export interface EvaluateOptions<Inputs, Labels, Outputs, Name extends string = string>
  extends EvaluateSettings<Labels, Outputs, Name> {
  readonly data: DataSource<Inputs, Labels>;
}

/** How to evaluate. */
export interface EvaluateSettings<Labels, Outputs, Name extends string = string>
  extends Measures<Labels, Outputs, Name> {
  /** Which epoch of the data; default 0. */
  readonly epoch?: number;
  /** Ends the pass at once, even while it waits for data; `evaluate` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
