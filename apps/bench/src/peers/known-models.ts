import { NotOfferedError } from "../core/subject.ts";
import type { Task } from "../core/task.ts";

/** Throws NotOfferedError for a network that is not written in the libraries of JavaScript. */
export function checkModel(task: Task): void {
  if (task.kind === "training-step" && task.model !== "mlp" && task.model !== "resnet20") {
    throw new NotOfferedError("written for the perceptron and ResNet-20 only");
  }
}
