import { NotOfferedError } from "../core/subject.ts";
import type { FitTask, InferenceTask, Task } from "../core/task.ts";

/** Throws NotOfferedError for models that the JavaScript libraries cannot run here. */
export function checkImplemented(task: Task): asserts task is Exclude<Task, FitTask | InferenceTask> {
  if (task.kind === "fit") {
    throw new NotOfferedError("has no training loop that guards against values that are not finite");
  }
  if (task.kind === "inference") throw new NotOfferedError("implemented only for training");
  if (task.kind === "training-step" && task.model !== "mlp" && task.model !== "resnet20") {
    throw new NotOfferedError("implemented only for the MLP and ResNet-20");
  }
}
