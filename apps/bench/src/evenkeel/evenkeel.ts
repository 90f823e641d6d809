import type { Backend } from "@evenkeel/tensor";
import { fromData } from "@evenkeel/tensor";
import type { Program, Subject } from "../core/subject.ts";
import type {
  BatchNormTask,
  ConvolutionTask,
  Inputs,
  MaskedSoftmaxTask,
  MatmulTask,
  Task,
} from "../core/task.ts";
import { makeBatchNormCall } from "./batch-norm.ts";
import type { Call, Tensors } from "./call.ts";
import { callProgram } from "./call.ts";
import { makeConvolutionCall } from "./convolution.ts";
import { makeFitProgram } from "./fit.ts";
import { makeInferenceProgram } from "./inference.ts";
import { makeLayerProgram } from "./layer.ts";
import { makeMaskedSoftmaxCall } from "./masked-softmax.ts";
import { makeMatmulCall } from "./matmul.ts";
import { isOfModel } from "./model-inputs.ts";
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
  switch (task.kind) {
    case "training-step":
      return makeTrainingStepProgram(task, inputs, backend);
    case "fit":
      return makeFitProgram(task, inputs, backend);
    case "inference":
      return makeInferenceProgram(task, inputs, backend);
  }
  const tensors = upload(task, inputs, backend);
  switch (task.kind) {
    case "attention":
    case "recurrent":
      return makeLayerProgram(task, tensors, backend);
    case "relu-queue":
      return makeReluQueueProgram(task, tensors, backend);
    default:
      return callProgram(makeCall(task, tensors), tensors, backend);
  }
}

/** Masks become bool. The weights of layers are their own, which the other subjects get. */
function upload(task: Task, inputs: Inputs, backend: Backend): Tensors {
  const names = Object.keys(inputs).filter((name) => !isOfModel(name));
  const entries = names.map((name) => {
    const { data, shape } = inputs[name]!;
    const isMask = task.kind === "masked-softmax" && name === "mask";
    const values = isMask ? Uint8Array.from(data) : data;
    return [name, fromData(values, { shape, dtype: isMask ? "bool" : "f32" }, { backend })] as const;
  });
  return Object.fromEntries(entries);
}

function makeCall(
  task: BatchNormTask | MatmulTask | ConvolutionTask | MaskedSoftmaxTask,
  tensors: Tensors,
): Call {
  switch (task.kind) {
    case "batch-norm":
      return makeBatchNormCall(task, tensors);
    case "matmul":
      return makeMatmulCall(tensors);
    case "convolution":
      return makeConvolutionCall(task, tensors);
    case "masked-softmax":
      return makeMaskedSoftmaxCall(task, tensors);
  }
}
