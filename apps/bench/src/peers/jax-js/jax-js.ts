import type { Array as JaxArray } from "@jax-js/jax";
import type { Program, Subject } from "../../core/subject.ts";
import { NotOfferedError } from "../../core/subject.ts";
import type { FitTask, InferenceTask, Inputs, Results, Task } from "../../core/task.ts";
import { importPeer } from "../import-peer.ts";
import { checkImplemented } from "../known-models.ts";
import { useGpuOfNode } from "../node-gpu.ts";
import { makeAttentionRun, makeMaskedSoftmaxRun } from "./attention.ts";
import { makeBatchNormRun } from "./batch-norm.ts";
import { makeConvolutionRun } from "./convolution.ts";
import type { Jax, JaxArrays, JaxRun } from "./jax-run.ts";
import { makeTrainingStepRun } from "./training-step.ts";

/** jax-js in this process. Throws NotOfferedError if it is not installed or the device does not start. */
export async function openJaxJs(device: "wasm" | "webgpu", threads: number): Promise<Subject> {
  if (threads > 1) throw new NotOfferedError("jax-js has one thread");
  if (device === "webgpu") await useGpuOfNode();
  const jax = await importPeer<Jax>("@jax-js/jax");
  const started = await jax.init(device);
  if (!started.includes(device)) throw new NotOfferedError(`the ${device} device of jax-js did not start`);
  return {
    name: `jax-js-${device}`,
    backend: device === "webgpu" ? "webgpu" : "cpu",
    threads,
    prepare: async (task, inputs) => {
      checkImplemented(task);
      jax.defaultDevice(device);
      if (device === "wasm" && takesMinutes(task)) {
        throw new NotOfferedError(
          "its WebAssembly convolutions reach 0.4 GFLOP/s, so this would take minutes",
        );
      }
      const arrays = Object.fromEntries(
        Object.entries(inputs).map(([name, { data, shape }]) => [
          name,
          jax.numpy.array(data, { shape: [...shape] }),
        ]),
      );
      return makeProgram(jax, makeRun(jax, task, inputs, arrays), arrays);
    },
    close: async () => undefined,
  };
}

function makeProgram(jax: Jax, run: JaxRun, inputs: JaxArrays): Program {
  return {
    results: run.results ?? (() => readAll(run.once())),
    time: async (repetitions) => {
      const start = performance.now();
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const arrays = Object.values(run.once());
        // Waits for each result, because an array that is disposed before it was computed is never computed.
        await jax.blockUntilReady(arrays);
        for (const array of arrays) array.dispose();
      }
      return performance.now() - start;
    },
    dispose: () => {
      run.dispose?.();
      for (const input of Object.values(inputs)) input.dispose();
    },
  };
}

async function readAll(arrays: JaxArrays): Promise<Results> {
  const entries = Object.entries(arrays).map(
    async ([name, array]) => [name, Float32Array.from((await array.data()) as Float32Array)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The number of multiplications in a convolution that would take more than a few seconds. */
const manyProducts = 1e9;

function takesMinutes(task: Task): boolean {
  if (task.kind === "training-step") return task.model === "resnet20";
  if (task.kind !== "convolution") return false;
  return task.image.reduce((product, size) => product * size, task.filters * task.taps ** 2) > manyProducts;
}

function makeRun(
  jax: Jax,
  task: Exclude<Task, FitTask | InferenceTask>,
  inputs: Inputs,
  arrays: JaxArrays,
): JaxRun {
  switch (task.kind) {
    case "batch-norm":
      return makeBatchNormRun(jax, task, arrays);
    case "matmul": {
      const multiply = jax.jit((a: JaxArray, b: JaxArray) => ({ product: jax.numpy.matmul(a, b) }));
      return { once: () => multiply(arrays.a!.ref, arrays.b!.ref), dispose: multiply.dispose };
    }
    case "convolution":
      return makeConvolutionRun(jax, task, arrays);
    case "relu-queue": {
      if (task.through === "device") throw new NotOfferedError("jax-js has no queue of launches to fill");
      const relu = jax.jit((x: JaxArray) => jax.nn.relu(x));
      return { once: () => queueRelus(relu, arrays.x!, task.launches), dispose: relu.dispose };
    }
    case "masked-softmax":
      return makeMaskedSoftmaxRun(jax, task, arrays);
    case "attention":
      return makeAttentionRun(jax, task, arrays);
    case "recurrent":
      throw new NotOfferedError("jax-js has no recurrent layers");
    case "training-step":
      return makeTrainingStepRun(jax, task, inputs, arrays);
  }
}

/** Keeps all results until they are ready: an array that is disposed earlier is never computed. */
function queueRelus(relu: (x: JaxArray) => JaxArray, x: JaxArray, launches: number): JaxArrays {
  const others = Array.from({ length: launches - 1 }, (_, index) => [`y${index}`, relu(x.ref)] as const);
  return { ...Object.fromEntries(others), y: relu(x.ref) };
}
