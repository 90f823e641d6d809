import { readStateArrays } from "@evenkeel/nn";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { writeSafetensors } from "@evenkeel/tensor/safetensors";
import type { CommonOptions } from "../settings.ts";
import type { AnyTask, Arm, ArmResult, TaskData } from "../task.ts";
import { saveMeasurements, saveResult } from "./saved-arm.ts";

type Setting = Omit<Arm<CommonOptions, TaskData, unknown, object, ArmResult>, "model" | "save">;

/**
 * Trains the network in one arm of the comparison and tests it, unless the arm is already finished. Throws ArgumentError if
 * the checkpoint of an interrupted run is damaged.
 */
export async function runArm(task: AnyTask, setting: Setting): Promise<ArmResult> {
  const { options, normalization, description, folder, run, saved } = setting;
  if (saved?.result !== undefined) return saved.result;
  const model = task.makeModel(description, options, normalization);
  const save = (measurements: object): Promise<void> => saveMeasurements(folder, run, measurements);
  try {
    const result: ArmResult = await task.trainArm({ ...setting, model, save });
    await saveResult(folder, run, { result, weights: writeSafetensors(await readStateArrays(model)) });
    return result;
  } catch (error) {
    // The data were checked when they were loaded, so the only possible cause is a checkpoint that cannot be resumed. A task whose files
    // are read only when they are needed reports a damaged one by an error of another type.
    if (!(error instanceof DataError) || saved === undefined) throw error;
    throw new ArgumentError(`--resume: ${folder}: ${error.message}`, { cause: error });
  } finally {
    model.dispose();
  }
}
