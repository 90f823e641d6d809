import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { type Rule, text } from "@evenkeel/tensor/checks";
import { makeStorageError, writeFileAtomically } from "@evenkeel/tensor/node";
import { armFiles, clearArm, readArm } from "../arms/saved-arm.ts";
import type { Command } from "../command-line.ts";
import { readRecord, writeRecord } from "../record.ts";
import type { AnyTask, SavedArm } from "../task.ts";
import { listArms } from "./chosen-arms.ts";
import {
  type RunRecord,
  readResumedRecord,
  readRunRecord,
  runRecordFile,
  saveRunRecord,
} from "./run-record.ts";

/** A run, and the files in the folders of its arms; a new run has none. */
export interface Run {
  readonly record: RunRecord;
  readonly arms: ReadonlyMap<string, SavedArm>;
}

export const findArmFolder = (folder: string, normalization: string): string => join(folder, normalization);

/** The name of an arm in its records. */
export const nameArm = ({ run }: RunRecord, normalization: string): string => `${run}/${normalization}`;

const reportFile = "report.html";
const summaryFile = "summary.json";
const modelFile = "model.json";

/** Reads and checks the files of an interrupted run. Throws an ArgumentError that names what is missing or damaged. */
export async function readRun(task: AnyTask, folder: string, command: Command): Promise<Run> {
  try {
    const record = await readResumedRecord(task, folder, command);
    return { record, arms: await readArms(task, folder, record) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`--resume: ${error.message}`, { cause: error });
  }
}

/** The files of all arms of a run. Throws DataError if one is damaged or of another run. */
export async function readArms(
  task: AnyTask,
  folder: string,
  record: RunRecord,
): Promise<ReadonlyMap<string, SavedArm>> {
  const arms = new Map<string, SavedArm>();
  for (const name of listArms(task)) {
    arms.set(name, await readArm(task, findArmFolder(folder, name), nameArm(record, name)));
  }
  return arms;
}

/**
 * Throws ArgumentError if the folder contains files with the names that a run writes but no record of a run, because they belong to
 * something else.
 */
export async function checkFolder(task: AnyTask, folder: string): Promise<void> {
  const hasRun = await readRunRecord(task, folder).then(
    (record) => record !== undefined,
    () => false,
  );
  if (hasRun) return;
  const files = [runRecordFile, reportFile, summaryFile, modelFile].map((file) => join(folder, file));
  const ofArms = listArms(task).flatMap((name) =>
    armFiles.map((file) => join(findArmFolder(folder, name), file)),
  );
  for (const path of [...files, ...ofArms]) {
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined) {
      throw new ArgumentError(
        `--out: found ${path}, which does not belong to a run, expected a folder without it`,
      );
    }
  }
}

/** Removes the files of an earlier run from the folder, then replaces its record with the record of this run. */
export async function beginRun(task: AnyTask, folder: string, record: RunRecord): Promise<Run> {
  for (const file of [reportFile, summaryFile, modelFile]) {
    const path = join(folder, file);
    await rm(path, { force: true }).catch((error) => {
      throw makeStorageError(path, error);
    });
  }
  for (const name of listArms(task)) await clearArm(findArmFolder(folder, name));
  await saveRunRecord(folder, record);
  return { record, arms: new Map() };
}

/** Saves what the model of a run is made from. */
export const saveDescription = (folder: string, { run }: RunRecord, description: unknown): Promise<void> =>
  writeRecord(join(folder, modelFile), { run, description });

const anyValue: Rule = { expected: "a description of the model", accepts: (value) => value !== undefined };

/** What the model of a run is made from. Throws DataError if the file is missing, damaged or of another run. */
export async function readDescription(folder: string, { run }: RunRecord): Promise<unknown> {
  const path = join(folder, modelFile);
  const found = await readRecord<{ run: string; description: unknown }>(path, {
    run: text,
    description: anyValue,
  });
  if (found === undefined)
    throw new DataError(`${path}: found no file, expected the description of the model`);
  if (found.run !== run) throw new DataError(`${path}: found the run ${found.run}, expected ${run}`);
  return found.description;
}

/** Writes the results of a run; returns the path of the report. */
export async function writeResults(
  folder: string,
  { summary, report }: { readonly summary: object; readonly report: string },
): Promise<string> {
  await writeFileAtomically(join(folder, summaryFile), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFileAtomically(join(folder, reportFile), report);
  return join(folder, reportFile);
}
