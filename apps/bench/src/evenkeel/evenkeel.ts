import type { Backend } from "@evenkeel/tensor";
import { fromData } from "@evenkeel/tensor";
import type { Program, Subject } from "../core/subject.ts";
import type { Inputs, Task } from "../core/task.ts";
import { makeBatchNormCall } from "./batch-norm.ts";
import type { Call } from "./call.ts";
import { callProgram } from "./call.ts";
import { makeConvolutionCall } from "./convolution.ts";
import { makeMatmulCall } from "./matmul.ts";
import { makeReluQueueProgram } from "./relu-queue.ts";
import { makeTrainingStepProgram } from "./training-step.ts";

/** Evenkeel on an open backend, which the subject owns. */
export function evenkeel(
  backend: Backend,
  threads: number,
  name: "evenkeel" | "evenkeel-128" = "evenkeel",
): Subject {
  return {
    name,
    backend: backend.name,
    threads,
    prepare: async (task, inputs) => makeProgram(task, inputs, backend),
    close: () => backend.close(),
  };
}

function makeProgram(task: Task, inputs: Inputs, backend: Backend): Program {
  if (task.kind === "training-step") return makeTrainingStepProgram(task, inputs, backend);
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      fromData(data, { shape, dtype: "f32" }, { backend }),
    ]),
  );
  if (task.kind === "relu-queue") return makeReluQueueProgram(task, tensors, backend);
  return callProgram(makeCall(task, tensors), tensors, backend);
}

function makeCall(
  task: Exclude<Task, { kind: "training-step" | "relu-queue" }>,
  tensors: Parameters<typeof makeMatmulCall>[0],
): Call {
  switch (task.kind) {
    case "batch-norm":
      return makeBatchNormCall(task, tensors);
    case "matmul":
      return makeMatmulCall(tensors);
    case "convolution":
      return makeConvolutionCall(task, tensors);
  }
}
