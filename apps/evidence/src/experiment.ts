import type { Chart } from "@evenkeel/report";
import type { Backend } from "@evenkeel/tensor";

/** What is said about batch norm, and is examined here. */
export type Claim =
  | "faster training"
  | "gradient flow"
  | "regularization"
  | "robustness"
  | "covariate shift"
  | "application";

/** What the measurements say about a statement. */
export type Verdict = "supported" | "supported under these conditions" | "not supported" | "contradicted";

/** How much of an experiment is run: all of it, or as much as shows the signs of its findings within a minute. */
export interface Scale {
  readonly quick: boolean;
  readonly seeds: number;
}

/** A part of an experiment that runs in a process of its own: an arm with one seed. */
export interface Trial {
  /** Unique within the experiment; the name of its file. */
  readonly id: string;
  readonly seed: number;
  /** What distinguishes it from other trials. */
  readonly setting: { readonly [name: string]: number | string | boolean };
}

/** What a trial measured. Values that are not finite, as after a divergence, are kept as such. */
export interface Outcome {
  readonly trial: Trial;
  readonly numbers: { readonly [name: string]: number };
  /** Values over steps or layers. */
  readonly series: { readonly [name: string]: readonly (readonly [x: number, y: number])[] };
}

/** What a trial returns. */
export interface Measured extends Omit<Outcome, "trial"> {
  /** The processor time of other programs that it ran. */
  readonly programSeconds?: number;
}

export interface TrialSetting {
  readonly backend: Backend;
  readonly quick: boolean;
  /** A folder for what the trial leaves, so that it goes on after an interruption. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A number that a threshold is set for, with its interval over seeds. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  /** The bounds of the 95 % interval over the trials. */
  readonly interval: readonly [low: number, high: number];
  readonly unit?: string;
}

/** What a measure must be, fixed before the first run. */
export interface Threshold {
  /** The name of the measure. */
  readonly measure: string;
  readonly expected: string;
  accepts(value: number, interval: readonly [low: number, high: number]): boolean;
  /** Whether the measure shows the opposite of the statement; default: it never does. */
  opposes?(value: number, interval: readonly [low: number, high: number]): boolean;
}

/** An experiment: a claim, how it is examined, and what its outcome means. */
export interface Experiment {
  /** Such as `E3`. */
  readonly id: string;
  readonly title: string;
  readonly claim: Claim;
  /** The claim in one sentence that measurements can support or contradict. */
  readonly statement: string;
  /** The figure of the paper and its source. */
  readonly paper: string;
  readonly setup: string;
  readonly metric: string;
  /** Of a full run, in minutes of one processor core. */
  readonly cost: string;
  readonly seeds: number;
  readonly thresholds: readonly Threshold[];
  listTrials(scale: Scale): readonly Trial[];
  runTrial(trial: Trial, setting: TrialSetting): Promise<Measured>;
  /** The measures of all outcomes, one for each threshold and others beside them. */
  summarize(outcomes: readonly Outcome[]): readonly Measure[];
  /** The verdict by the names of the measures whose thresholds were met, and of those that show the opposite. */
  judge(met: ReadonlySet<string>, opposed: ReadonlySet<string>): Verdict;
  draw(outcomes: readonly Outcome[]): readonly Chart[];
  /** What somebody who trains networks should do about it. */
  readonly advice: string;
}
