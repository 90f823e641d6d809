import type { DataError } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { CheckpointOptions } from "../fit-options.ts";
import { checkEpochs, checkSettings } from "./check-settings.ts";
import type { EndedRun } from "./ended-run.ts";
import { getEndedRun } from "./ended-run.ts";
import type { RunParts, RunSettings, RunState } from "./run-progress.ts";
import { readSettings } from "./run-progress.ts";
import type { SavedRuns } from "./saved-runs.ts";

/**
 * Where the run to continue stopped, in its checkpoint or else in memory; undefined where its checkpoint does not exist yet. Throws
 * ArgumentError where there is neither a store nor a run in memory.
 */
export async function findBegunRun(
  model: object,
  options: Omit<RunParts, "model"> & { readonly checkpoint?: CheckpointOptions; readonly epochs: number },
  saved: SavedRuns | undefined,
): Promise<RunState | EndedRun | undefined> {
  const { checkpoint, optimizer, epochs } = options;
  const begun =
    (await saved?.restore(epochs)) ??
    (await findEndedRun(model, optimizer, readSettings(checkpoint, options), epochs));
  if (begun !== undefined || checkpoint !== undefined) return begun;
  const expected = "`checkpoint: { store }`, or a run of this model and optimizer to continue from";
  throw new ArgumentError(`fit: resumed: found no checkpoint, expected ${expected}`);
}

/**
 * What the last run of this model and optimizer has left, undefined where there was none. Throws ArgumentError where no run with
 * these settings can continue from it.
 */
async function findEndedRun(
  model: object,
  optimizer: Optimizer,
  settings: RunSettings,
  epochs: number,
): Promise<EndedRun | undefined> {
  const run = getEndedRun(optimizer);
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
