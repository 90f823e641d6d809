import { NotOfferedError } from "../core/subject.ts";
import type { Task } from "../core/task.ts";

/** Throws NotOfferedError for a network that is not implemented for the JavaScript libraries. */
export function checkModel(task: Task): void {
  if (task.kind === "training-step" && task.model !== "mlp" && task.model !== "resnet20") {
    throw new NotOfferedError("implemented only for the MLP and ResNet-20");
  }
}
