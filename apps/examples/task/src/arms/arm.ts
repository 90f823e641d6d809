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
  let hasTrained = false;
  const onStep = (): Promise<void> => {
    hasTrained = true;
    return setting.onStep();
  };
  const save = (measurements: object): Promise<void> => saveMeasurements(folder, run, measurements);
  try {
    const result: ArmResult = await task.trainArm({ ...setting, model, save, onStep });
    await saveResult(folder, run, { result, weights: writeSafetensors(await readStateArrays(model)) });
    return result;
  } catch (error) {
    // Before the first step the cause is a checkpoint that cannot be resumed; later it is a file of data that is read when needed.
    if (!(error instanceof DataError) || saved === undefined || hasTrained) throw error;
    throw new ArgumentError(`--resume: ${folder}: ${error.message}`, { cause: error });
  } finally {
    model.dispose();
  }
}
