import { foldBatchNorm } from "@evenkeel/nn";
import { type Backend, EvenkeelError, fromData } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { InferenceTask, Inputs } from "../core/task.ts";
import { callProgram } from "./call.ts";
import { listModelState } from "./model-inputs.ts";
import { buildNetwork } from "./network.ts";

/** A forward pass in evaluation mode. */
export function makeInferenceProgram(task: InferenceTask, inputs: Inputs, backend: Backend): Program {
  const network = buildNetwork(task.model, backend).eval();
  const state = listModelState(inputs).map(([name, { shape, data }]) => {
    const dtype = data instanceof Int32Array ? "i32" : "f32";
    return [name, { shape, dtype, data }] as const;
  });
  network.loadStateDict(new Map(state));
  if (task.isFolded) {
    const { left } = foldBatchNorm(network);
    if (left.length > 0) {
      const { path, reason } = left[0]!;
      throw new EvenkeelError(
        `foldBatchNorm: found ${path} left: ${reason}, expected every norm to be folded`,
      );
    }
  }
  const { shape, data } = inputs.images!;
  const images = fromData(data, { shape, dtype: "f32" }, { backend });
  return callProgram(() => ({ y: network.forward(images) }), { images }, backend, network);
}
