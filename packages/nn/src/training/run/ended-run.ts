import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { LateReader } from "../measurements/late-reader.ts";
import type { Reading } from "../measurements/totals.ts";
import type { Position, RunSettings, RunState } from "./run-progress.ts";

/** What is noted about a step until its values are read. */
export interface StepNote extends Position {
  readonly examples: number;
  readonly learningRate: number;
  readonly readings: readonly Reading[];
  /** Whether the last value says that the step was finite: the flag of a gate. */
  readonly hasFlag: boolean;
}

/** What a run leaves in memory when it ends, for one that continues from it: the rest is in the model and in the optimizer. */
export interface EndedRun extends RunState {
  readonly model: object;
  readonly settings: RunSettings;
  readonly reader: LateReader<StepNote>;
  /** Why no run can continue from it. */
  readonly failure: Error | undefined;
  /** The slots of the optimizer, `Optimizer.slotsIdentity`. */
  readonly slots: object;
}

/** The last run of each optimizer. */
const endedRuns = new WeakMap<Optimizer, EndedRun>();

export function leaveEndedRun(optimizer: Optimizer, run: EndedRun): void {
  endedRuns.set(optimizer, run);
}

export const getEndedRun = (optimizer: Optimizer): EndedRun | undefined => endedRuns.get(optimizer);

/** Returns a function that lets runs continue from the last run of this optimizer as now, after its state was loaded again. */
export function keepEndedRun(optimizer: Optimizer): () => void {
  const run = endedRuns.get(optimizer);
  const isWhole = run?.slots === optimizer.slotsIdentity;
  return () => {
    if (run !== undefined && isWhole) endedRuns.set(optimizer, { ...run, slots: optimizer.slotsIdentity });
  };
}
