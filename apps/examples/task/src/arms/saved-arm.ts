import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { text } from "@evenkeel/tensor/checks";
import { makeStorageError, writeFileAtomically } from "@evenkeel/tensor/node";
import { computeSha256, objectOf, readFileIfThere, readRecord, writeRecord } from "../record.ts";
import type { AnyTask, ArmResult, SavedArm } from "../task.ts";

const resultFile = "result.json";
const weightsFile = "model.safetensors";
const measurementsFile = "measurements.json";

/** The name of the checkpoint of a training in the folder of its arm. */
export const checkpointName = "checkpoint";

/** In the order of removal, so that the remaining files are consistent after an interruption. */
export const armFiles: readonly string[] = [
  resultFile,
  weightsFile,
  `${checkpointName}.safetensors`,
  measurementsFile,
];

/**
 * Removes the files of an earlier run from the folder of an arm, because a later `--resume` would mistake them for
 * its own.
 */
export async function clearArm(folder: string): Promise<void> {
  for (const file of armFiles) {
    const path = join(folder, file);
    await rm(path, { force: true }).catch((error) => {
      throw makeStorageError(path, error);
    });
  }
}

interface ResultRecord {
  readonly run: string;
  /** The checksum of the weights file. */
  readonly weights: string;
  readonly result: ArmResult;
}

interface MeasurementsRecord {
  readonly run: string;
  readonly measurements: object;
}

/**
 * Reads the files of an arm from its folder; `run` is the name of the run and the arm in it. The checkpoint is checked when the
 * training continues from it.
 *
 * Throws DataError unless each file is complete and belongs to the run, and the weights belong to the result.
 */
export async function readArm(task: AnyTask, folder: string, run: string): Promise<SavedArm> {
  const path = (file: string): string => join(folder, file);
  const finished = await readRecord<ResultRecord>(path(resultFile), {
    run: text,
    weights: text,
    result: objectOf(task.resultRules),
  });
  const measured = await readRecord<MeasurementsRecord>(path(measurementsFile), {
    run: text,
    measurements: objectOf(task.measurementRules),
  });
  checkRun(path(resultFile), finished?.run ?? run, run);
  checkRun(path(measurementsFile), measured?.run ?? run, run);
  if (finished !== undefined) await checkWeights(folder, finished.weights);
  else if (measured === undefined && (await readFileIfThere(path(`${checkpointName}.safetensors`)))) {
    throw new DataError(
      `${path(measurementsFile)}: found no file, expected the measurements before the checkpoint`,
    );
  }
  return { result: finished?.result, measurements: measured?.measurements };
}

export const saveMeasurements = (folder: string, run: string, measurements: object): Promise<void> =>
  writeRecord(join(folder, measurementsFile), { run, measurements });

/** Saves the weights, as a safetensors file, and the results of the test. */
export async function saveResult(
  folder: string,
  run: string,
  { result, weights }: { readonly result: ArmResult; readonly weights: Uint8Array },
): Promise<void> {
  await writeFileAtomically(join(folder, weightsFile), weights);
  const record: ResultRecord = { run, weights: computeSha256(weights), result };
  await writeRecord(join(folder, resultFile), record);
}

/** The weights of a finished arm, which `readArm` has checked. */
export async function readArmWeights(folder: string): Promise<Uint8Array> {
  const path = join(folder, weightsFile);
  const bytes = await readFileIfThere(path);
  if (bytes === undefined)
    throw new DataError(`${path}: found no file, expected the weights of a finished run`);
  return bytes;
}

function checkRun(path: string, found: string, expected: string): void {
  if (found !== expected) throw new DataError(`${path}: found the run ${found}, expected ${expected}`);
}

async function checkWeights(folder: string, expected: string): Promise<void> {
  if (computeSha256(await readArmWeights(folder)) !== expected) {
    throw new DataError(
      `${join(folder, weightsFile)}: found different weights from those that were tested: the file is damaged`,
    );
  }
}
