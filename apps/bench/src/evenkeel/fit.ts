import { crossEntropy, fit, type History } from "@evenkeel/nn";
import { type Backend, makeAlias, type Tensor } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { FitTask, Inputs } from "../core/task.ts";
import { training } from "../core/task.ts";
import { prepareTraining, readLastWeight } from "./training-step.ts";

/** Steps of `fit`, all on one batch that is on the device already; `fit` frees the handles that it is given. */
export function makeFitProgram(task: FitTask, inputs: Inputs, backend: Backend): Program {
  const { model, optimizer, x, targets, dispose } = prepareTraining(task, inputs, backend);
  function* listBatches(steps: number): Generator<{ inputs: Tensor; labels: Tensor }> {
    for (let step = 0; step < steps; step++) yield { inputs: makeAlias(x), labels: makeAlias(targets) };
  }
  const run = (steps: number): Promise<History> =>
    fit(model, {
      data: () => listBatches(steps),
      loss: crossEntropy,
      optimizer,
      epochs: 1,
      onNonFinite: task.isGuarded ? "throw" : "continue",
    });
  return {
    results: async () => {
      const { batches } = await run(training.checkedSteps);
      return {
        losses: Float32Array.from(batches, ({ loss }) => loss),
        weight: await readLastWeight(model),
      };
    },
    time: async (repetitions) => {
      await backend.idle();
      const start = performance.now();
      await run(repetitions);
      await backend.idle();
      return performance.now() - start;
    },
    dispose,
  };
}
