import type { BenchCase } from "../core/bench-case.ts";
import type { FitTask } from "../core/task.ts";
import { makeSuite, type Suite } from "./suite.ts";

function makeFit(model: FitTask["model"], batch: number): BenchCase {
  const task: FitTask = { kind: "fit", model, batch, isGuarded: true };
  return {
    suite: "fit",
    name: `${model} b${batch}`,
    images: batch,
    task,
    beside: { name: "evenkeel-unguarded", task: { ...task, isGuarded: false }, isEquivalent: true },
    roofs: [],
    // One or two percent have to show, and a call of `fit` needs many steps to read losses while the device works.
    effort: { rounds: 31, windowMilliseconds: 1000 },
    // No step is skipped, so both do the same.
    tolerance: 0,
  };
}

/** Steps of `fit` on finite values, with the guards against others and, as `evenkeel-unguarded`, without. */
export const fit: Suite = makeSuite("fit", ({ options, gpuIsSoftware }) => {
  const batch = options.quick ? 4 : gpuIsSoftware ? 16 : 128;
  return [makeFit("mlp", batch), makeFit("resnet20", batch)];
});
