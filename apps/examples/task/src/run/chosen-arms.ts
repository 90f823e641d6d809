import type { AnyTask } from "../task.ts";

/** The normalizations that the task knows; each has a folder of its own in a run. */
export const listArms = ({ settings }: AnyTask): readonly string[] =>
  settings.normalization.expected.split(", ").filter((name) => name !== "both" && name !== "all");

/** The normalizations that an option names: one, `both` that the task compares, or `all` where a task offers it. */
export function listChosenArms(task: AnyTask, normalization: string): readonly string[] {
  if (normalization === "both") return task.compared;
  return normalization === "all" ? listArms(task) : [normalization];
}
