import { cpu } from "@evenkeel/backend-cpu";
import { describe, expect, it } from "vitest";
import { drawInputs } from "../src/core/inputs.ts";
import type { MaskedSoftmaxTask } from "../src/core/task.ts";
import { readModelInputs } from "../src/evenkeel/model-inputs.ts";

describe("the inputs", () => {
  const task: MaskedSoftmaxTask = {
    kind: "masked-softmax",
    shape: [2, 3, 3, 4],
    pass: "forward",
    mask: "causal",
    scale: 1,
  };

  it("of a causal softmax hide what is right of the diagonal", () => {
    const { mask } = drawInputs(task);
    expect(mask!.shape).toEqual([3, 4]);
    expect([...mask!.data]).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
  });

  it("of a softmax with padding hide the last keys of some samples", () => {
    const { mask } = drawInputs({ ...task, mask: "padding" });
    expect(mask!.shape).toEqual([2, 1, 1, 4]);
    expect([...mask!.data]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it("of inference have running statistics that matter", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const inference = { kind: "inference", model: "conv-stack", batch: 1, isFolded: true } as const;
    const inputs = await readModelInputs(inference, backend);
    const training = await readModelInputs({ ...inference, kind: "fit", isGuarded: true } as never, backend);
    await backend.close();
    expect(inputs["model.0.weight"]).toEqual(training["model.0.weight"]);
    for (const norm of [1, 4, 7]) {
      const mean = inputs[`model.${norm}.running_mean`]!.data;
      const variance = inputs[`model.${norm}.running_var`]!.data;
      expect(new Set(mean).size).toBe(64);
      expect(Math.min(...variance)).toBeGreaterThanOrEqual(0.5);
      expect(new Set(variance).size).toBe(64);
    }
    expect([...new Set(training["model.1.running_mean"]!.data)]).toEqual([0]);
  });
});
