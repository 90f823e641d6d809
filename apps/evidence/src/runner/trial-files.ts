import { join } from "node:path";
import { objectOf, readRecord, writeRecord } from "@evenkeel/example-task";
import { DataError } from "@evenkeel/tensor";
import { anything, finite, type Rules, text, yesOrNo } from "@evenkeel/tensor/checks";
import type { Outcome, Trial } from "../experiment.ts";

/** A trial as it is saved, with everything that determines its outcome. */
interface SavedTrial {
  readonly experiment: string;
  readonly quick: boolean;
  readonly backend: string;
  readonly device: string;
  readonly commit: string;
  /** What the processor worked for it. */
  readonly processorSeconds: number;
  readonly outcome: Outcome;
}

/** A trial that is done. */
export type FinishedTrial = Pick<SavedTrial, "outcome" | "processorSeconds">;

const rules: Rules<SavedTrial> = {
  experiment: text,
  quick: yesOrNo,
  backend: text,
  device: text,
  commit: text,
  processorSeconds: finite,
  outcome: objectOf<Outcome>({ trial: anything, numbers: anything, series: anything }),
};

/** The file of a trial in the folder of a run. */
export const findTrialFile = (folder: string, experiment: string, { id }: Trial): string =>
  join(folder, experiment, `${id}.json`);

export const saveTrial = (path: string, trial: SavedTrial): Promise<void> => writeRecord(path, trial);

/** A trial that was finished in the same way; undefined if there is none. Throws DataError for a damaged file. */
export async function readTrial(
  path: string,
  {
    experiment,
    quick,
    backend,
    trial,
  }: Pick<SavedTrial, "experiment" | "quick" | "backend"> & { readonly trial: Trial },
): Promise<FinishedTrial | undefined> {
  const saved = await readRecord<SavedTrial>(path, rules);
  if (saved === undefined) return undefined;
  const isSame =
    saved.experiment === experiment &&
    saved.quick === quick &&
    saved.backend === backend &&
    JSON.stringify(saved.outcome.trial) === JSON.stringify(trial);
  return isSame ? saved : undefined;
}

/** Reads what a process has just saved. */
export async function readFinishedTrial(path: string): Promise<FinishedTrial> {
  const saved = await readRecord<SavedTrial>(path, rules);
  if (saved === undefined) throw new DataError(`${path}: found no file, expected the outcome of a trial`);
  return saved;
}
