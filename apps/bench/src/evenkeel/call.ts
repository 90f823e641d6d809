import type { Backend, Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { Results } from "../core/task.ts";

export interface Tensors {
  readonly [name: string]: Tensor;
}

/** Computes the results of a task once. */
export type Call = () => Tensors;

/** Repeats a call and frees the results of each. Owns the inputs, and the model if there is one. */
export function callProgram(
  call: Call,
  inputs: Tensors,
  backend: Backend,
  model?: Pick<Tensor, "dispose">,
): Program {
  return {
    results: () => readResults(scope(call)),
    time: (repetitions) => timeSteps(backend, repetitions, () => scope(() => void call())),
    dispose: () => {
      for (const input of Object.values(inputs)) input.dispose();
      model?.dispose();
    },
  };
}

/** The values in host memory; the tensors are disposed. */
export async function readResults(tensors: Tensors): Promise<Results> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => {
    const data = await tensor.data();
    tensor.dispose();
    return [name, Float32Array.from(data)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Milliseconds until the device has finished this many repetitions, issued without a pause. */
export async function timeOnDevice(backend: Backend, repetitions: number, run: () => void): Promise<number> {
  await backend.idle();
  const start = performance.now();
  for (let repetition = 0; repetition < repetitions; repetition++) run();
  await backend.idle();
  return performance.now() - start;
}

/**
 * The same for steps with a pause for microtasks between them, as in a training loop: there the recorded commands are
 * submitted to the GPU.
 */
export async function timeSteps(backend: Backend, repetitions: number, step: () => void): Promise<number> {
  await backend.idle();
  const start = performance.now();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    step();
    await undefined;
  }
  await backend.idle();
  return performance.now() - start;
}
