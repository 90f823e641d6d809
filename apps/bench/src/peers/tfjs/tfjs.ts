import type { Tensor, TensorContainerObject } from "@tensorflow/tfjs-core";
import type { Program, Subject } from "../../core/subject.ts";
import { NotOfferedError } from "../../core/subject.ts";
import type { FitTask, InferenceTask, Task } from "../../core/task.ts";
import { importPeer } from "../import-peer.ts";
import { checkImplemented } from "../known-models.ts";
import { useGpuOfNode } from "../node-gpu.ts";
import { makeBatchNormRun } from "./batch-norm.ts";
import { makeConvolutionRun } from "./convolution.ts";
import { registerGradients } from "./gradients.ts";
import { makeLstmRun } from "./lstm.ts";
import { makeMaskedSoftmaxRun } from "./masked-softmax.ts";
import { readAll } from "./read-all.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";
import { makeTrainingStepRun } from "./training-step.ts";

/** The part of tfjs's WebGPU backend that is needed to wait for results. */
interface WebgpuOfTfjs {
  /** Null if everything has been submitted. */
  readonly commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readonly queue: GPUQueue;
}

const packages = {
  wasm: "@tensorflow/tfjs-backend-wasm",
  cpu: "@tensorflow/tfjs-backend-cpu",
  webgpu: "@tensorflow/tfjs-backend-webgpu",
} as const;

/**
 * TensorFlow.js in this process; `folder` holds the bundle of its sources. Throws NotOfferedError if it is not
 * installed or its backend does not start.
 */
export async function openTfjs(
  device: keyof typeof packages,
  threads: number,
  folder: string,
): Promise<Subject> {
  if (threads > 1) throw new NotOfferedError("TensorFlow.js has one thread in Node");
  if (device === "webgpu") await useGpuOfNode();
  const tf = await importPeer<Tfjs>("@tensorflow/tfjs-core");
  tf.enableProdMode();
  await registerGradients(folder);
  await importPeer(packages[device]);
  const start = await tf.setBackend(device).catch((error: Error) => error);
  if (start !== true) {
    throw new NotOfferedError(`the ${device} backend of TensorFlow.js did not start: ${String(start)}`);
  }
  return {
    name: `tfjs-${device}`,
    backend: device === "webgpu" ? "webgpu" : "cpu",
    threads,
    prepare: async (task, inputs) => {
      checkImplemented(task);
      if (device === "cpu" && task.kind === "training-step" && task.model === "resnet20") {
        throw new NotOfferedError("its filter gradient in plain JavaScript would take minutes");
      }
      await tf.setBackend(device);
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
      );
      return makeProgram(tf, device, makeRun(tf, task, tensors), tensors);
    },
    close: async () => tf.removeBackend(device),
  };
}

function makeProgram(tf: Tfjs, device: string, run: TfjsRun, inputs: TfjsInputs): Program {
  // Another subject may have selected another backend of the library in the meantime.
  const onDevice = async <Value>(body: () => Promise<Value>): Promise<Value> => {
    await tf.setBackend(device);
    return offered(body);
  };
  return {
    results: () => onDevice(run.results ?? (() => readAll(tf, run))),
    time: (repetitions) =>
      onDevice(async () => {
        const start = performance.now();
        for (let repetition = 0; repetition < repetitions; repetition++) {
          tf.dispose(tf.tidy(() => run.once()));
        }
        if (device === "webgpu") await finishOnGpu(tf.backend() as unknown as WebgpuOfTfjs);
        return performance.now() - start;
      }),
    dispose: () => {
      run.dispose?.();
      tf.dispose(inputs as TensorContainerObject);
    },
  };
}

async function finishOnGpu(backend: WebgpuOfTfjs): Promise<void> {
  if (backend.commandEncoder !== null) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  await backend.queue.onSubmittedWorkDone();
}

/** A kernel that the backend lacks does not count as a failure. */
async function offered<Value>(body: () => Promise<Value>): Promise<Value> {
  try {
    return await body();
  } catch (error) {
    const { message } = error as Error;
    if (/Kernel '\w+' not registered/.test(message)) throw new NotOfferedError(message);
    throw error;
  }
}

function makeRun(tf: Tfjs, task: Exclude<Task, FitTask | InferenceTask>, inputs: TfjsInputs): TfjsRun {
  switch (task.kind) {
    case "batch-norm":
      return makeBatchNormRun(tf, task, inputs);
    case "matmul":
      return { once: () => ({ product: tf.matMul(inputs.a!, inputs.b!) }) };
    case "convolution":
      return makeConvolutionRun(tf, task, inputs);
    case "relu-queue":
      if (task.through === "device") {
        throw new NotOfferedError("TensorFlow.js has no queue of launches to fill");
      }
      return { once: () => queueRelus(tf, inputs.x!, task.launches) };
    case "masked-softmax":
      return makeMaskedSoftmaxRun(tf, task, inputs);
    case "attention":
      throw new NotOfferedError("the core of TensorFlow.js has no attention");
    case "recurrent":
      if (task.cell === "gru") throw new NotOfferedError("the core of TensorFlow.js has no GRU");
      return makeLstmRun(tf, task, inputs);
    case "training-step":
      return makeTrainingStepRun(tf, task, inputs);
  }
}

function queueRelus(tf: Tfjs, x: Tensor, launches: number): TensorContainerObject {
  for (let launch = 1; launch < launches; launch++) tf.relu(x).dispose();
  return { y: tf.relu(x) };
}
