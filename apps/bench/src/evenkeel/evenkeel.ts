import type { Backend } from "@evenkeel/tensor";
import { fromData } from "@evenkeel/tensor";
import type { Program, Subject } from "../core/subject.ts";
import type { Inputs, Task } from "../core/task.ts";
import { batchNormCall } from "./batch-norm.ts";
import type { Call } from "./call.ts";
import { callProgram } from "./call.ts";
import { convolutionCall } from "./convolution.ts";
import { matmulCall } from "./matmul.ts";
import { reluQueueProgram } from "./relu-queue.ts";
import { trainingStepProgram } from "./training-step.ts";

/** Evenkeel on an open backend, which the subject owns. */
export function evenkeel(backend: Backend, threads: number): Subject {
  return {
    name: "evenkeel",
    backend: backend.name,
    threads,
    prepare: async (task, inputs) => programOf(task, inputs, backend),
    close: () => backend.close(),
  };
}

function programOf(task: Task, inputs: Inputs, backend: Backend): Program {
  if (task.kind === "training-step") return trainingStepProgram(task, inputs, backend);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      fromData(data, { shape, dtype: "f32" }, { backend }),
    ]),
  );
  if (task.kind === "relu-queue") return reluQueueProgram(task, tensors, backend);
  return callProgram(callOf(task, tensors), tensors, backend);
}

function callOf(
  task: Exclude<Task, { kind: "training-step" | "relu-queue" }>,
  tensors: Parameters<typeof matmulCall>[0],
): Call {
  switch (task.kind) {
    case "batch-norm":
      return batchNormCall(task, tensors);
    case "matmul":
      return matmulCall(tensors);
    case "convolution":
      return convolutionCall(task, tensors);
  }
}
