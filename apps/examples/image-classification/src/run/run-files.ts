import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { makeStorageError, writeFileAtomically } from "@evenkeel/tensor/node";
import type { Command } from "../command-line.ts";
import type { Normalization } from "../options.ts";
import { armFiles, clearArm, readArm, type SavedArm } from "../training/saved-arm.ts";
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
  readonly arms: { readonly [Name in Normalization]?: SavedArm };
}

export const findArmFolder = (folder: string, normalization: Normalization): string =>
  join(folder, normalization);

/** The name of an arm in its records. */
export const nameArm = ({ run }: RunRecord, normalization: Normalization): string =>
  `${run}/${normalization}`;

const arms = ["batch", "none"] as const;
const reportFile = "report.html";
const summaryFile = "summary.json";

/** Reads and checks the files of an interrupted run. Throws an ArgumentError that names what is missing or damaged. */
export async function readRun(folder: string, command: Command): Promise<Run> {
  try {
    const record = await readResumedRecord(folder, command);
    const read = (name: Normalization) => readArm(findArmFolder(folder, name), nameArm(record, name));
    return { record, arms: { batch: await read("batch"), none: await read("none") } };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`--resume: ${error.message}`, { cause: error });
  }
}

/**
 * Throws ArgumentError if the folder contains files with the names that a run writes but no record of a run, because they belong to
 * something else.
 */
export async function checkFolder(folder: string): Promise<void> {
  const hasRun = await readRunRecord(folder).then(
    (record) => record !== undefined,
    () => false,
  );
  if (hasRun) return;
  const files = [runRecordFile, reportFile, summaryFile].map((file) => join(folder, file));
  const ofArms = arms.flatMap((name) => armFiles.map((file) => join(findArmFolder(folder, name), file)));
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
export async function beginRun(folder: string, record: RunRecord): Promise<Run> {
  for (const file of [reportFile, summaryFile]) {
    const path = join(folder, file);
    await rm(path, { force: true }).catch((error) => {
      throw makeStorageError(path, error);
    });
  }
  for (const name of arms) await clearArm(findArmFolder(folder, name));
  await saveRunRecord(folder, record);
  return { record, arms: {} };
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
