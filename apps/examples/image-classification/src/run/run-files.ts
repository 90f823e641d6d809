import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { storageError, writeFileAtomically } from "@evenkeel/tensor/node";
import type { Command } from "../command-line.ts";
import type { Normalization } from "../options.ts";
import { clearArm, readArm, type SavedArm } from "../training/saved-arm.ts";
import { type RunRecord, resumedRecord, runRecordFile, saveRunRecord } from "./run-record.ts";

/** A run, and what it has left in the folders of its arms; nothing where it begins. */
export interface Run {
  readonly record: RunRecord;
  readonly arms: { readonly [Name in Normalization]?: SavedArm };
}

export const armFolder = (folder: string, normalization: Normalization): string =>
  join(folder, normalization);

/** The name of an arm, which stands in its records. */
export const armName = ({ run }: RunRecord, normalization: Normalization): string =>
  `${run}/${normalization}`;

const reportFile = "report.html";
const summaryFile = "summary.json";

/** Reads and checks all that an interrupted run has left. Throws ArgumentError that tells what is missing or damaged. */
export async function readRun(folder: string, command: Command): Promise<Run> {
  try {
    const record = await resumedRecord(folder, command);
    const read = (name: Normalization) => readArm(armFolder(folder, name), armName(record, name));
    return { record, arms: { batch: await read("batch"), none: await read("none") } };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`--resume: ${error.message}`, { cause: error });
  }
}

/** Clears what an earlier run has left in the folder, and writes the record of this one. */
export async function beginRun(folder: string, record: RunRecord): Promise<Run> {
  for (const file of [runRecordFile, reportFile, summaryFile]) {
    const path = join(folder, file);
    await rm(path, { force: true }).catch((error) => {
      throw storageError(path, error);
    });
  }
  for (const name of ["batch", "none"] as const) await clearArm(armFolder(folder, name));
  await saveRunRecord(folder, record);
  return { record, arms: {} };
}

/** Writes what a run came to; returns the path of the report. */
export async function writeResults(
  folder: string,
  { summary, report }: { readonly summary: object; readonly report: string },
): Promise<string> {
  await writeFileAtomically(join(folder, summaryFile), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFileAtomically(join(folder, reportFile), report);
  return join(folder, reportFile);
}
