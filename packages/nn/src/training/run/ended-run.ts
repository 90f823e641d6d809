import type { DataError } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { LateReader } from "../measurements/late-reader.ts";
import type { Reading } from "../measurements/totals.ts";
import type { Position, RunSettings, RunState } from "./run-progress.ts";
import { checkEpochs, checkSettings } from "./run-progress.ts";

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

/** Returns a function that lets runs continue from the last run of this optimizer as now, after its state was loaded again. */
export function keepEndedRun(optimizer: Optimizer): () => void {
  const run = endedRuns.get(optimizer);
  const isWhole = run?.slots === optimizer.slotsIdentity;
  return () => {
    if (run !== undefined && isWhole) endedRuns.set(optimizer, { ...run, slots: optimizer.slotsIdentity });
  };
}

/**
 * What the last run of this model and optimizer has left, undefined where there was none. Throws ArgumentError where no run with
 * these settings can continue from it.
 */
export async function findEndedRun(
  model: object,
  optimizer: Optimizer,
  settings: RunSettings,
  epochs: number,
): Promise<EndedRun | undefined> {
  const run = endedRuns.get(optimizer);
  if (run?.model !== model) return undefined;
  const failure =
    run.failure ??
    (await run.reader.findFailure()) ??
    findLoss(run, optimizer) ??
    findMisfit(run, settings, epochs);
  if (failure === undefined) return run;
  const found = `a run in memory that cannot be continued (${failure.message})`;
  throw new ArgumentError(`fit: resumed: found ${found}, expected a checkpoint`, { cause: failure });
}

/** The error that says that the slots are not those of the ended run any more. */
const findLoss = ({ slots }: EndedRun, optimizer: Optimizer): Error | undefined =>
  slots === optimizer.slotsIdentity
    ? undefined
    : new ArgumentError("its optimizer was disposed, or loaded another state");

/** The error that says why a run with these settings cannot continue from the ended one. */
function findMisfit(
  { settings, position }: EndedRun,
  expected: RunSettings,
  epochs: number,
): Error | undefined {
  try {
    checkSettings(settings, expected);
    checkEpochs(position, epochs);
    return undefined;
  } catch (error) {
    return error as DataError;
  }
}
