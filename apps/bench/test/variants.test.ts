import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeDisagreement } from "../src/core/agreement.ts";
import { drawInputs } from "../src/core/inputs.ts";
import type { Results } from "../src/core/task.ts";
import { hasModel, type Task } from "../src/core/task.ts";
import { evenkeel } from "../src/evenkeel/evenkeel.ts";
import { readModelInputs } from "../src/evenkeel/model-inputs.ts";

let backend: Backend;

beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterAll(() => backend.close());

/** The results, and the number of launches of a repetition; all memory must be free afterwards. */
async function run(task: Task): Promise<{ readonly results: Results; readonly launches: number }> {
  const inputs = { ...drawInputs(task), ...(hasModel(task) ? await readModelInputs(task, backend) : {}) };
  const before = backend.memory().live;
  const recorder = new RecordingBackend(backend);
  const program = await evenkeel(recorder, 1).prepare(task, inputs);
  const results = await program.results!();
  recorder.reset();
  await program.time(1);
  const launches = recorder.launches.length;
  await program.dispose();
  expect(backend.memory().live).toBe(before);
  return { results, launches };
}

/** How many launches the variant has more, with the same results. */
async function compare(task: Task, variant: Task, tolerance: number): Promise<number> {
  const [one, other] = [await run(task), await run(variant)];
  expect(describeDisagreement(other.results, one.results, tolerance)).toBeUndefined();
  return other.launches - one.launches;
}

describe("a variant", () => {
  it.each(["resnet20", "conv-stack"] as const)("of inference by %s runs its norms", async (model) => {
    const task = { kind: "inference", model, batch: 2 } as const;
    const more = await compare({ ...task, isFolded: true }, { ...task, isFolded: false }, 1e-4);
    expect(more).toBeGreaterThanOrEqual(model === "resnet20" ? 19 : 3);
  });

  it.each(["causal", "padding"] as const)("of the %s softmax runs what it is composed of", async (mask) => {
    const task = { kind: "masked-softmax", shape: [2, 2, 3, 5], mask, scale: 0.5 } as const;
    for (const pass of ["forward", "forward-backward"] as const) {
      const more = await compare({ ...task, pass }, { ...task, pass, isComposed: true }, 1e-6);
      expect(more).toBeGreaterThanOrEqual(pass === "forward" ? 2 : 4);
    }
  });

  it("of fit looks for no NaN", async () => {
    const task = { kind: "fit", model: "mlp", batch: 4 } as const;
    const fewer = await compare({ ...task, isGuarded: true }, { ...task, isGuarded: false }, 0);
    expect(fewer).toBeLessThan(0);
  });
});

describe("a layer", () => {
  it.each([
    [{ kind: "attention", batch: 2, length: 3, width: 8, heads: 2 }, ["in_proj_bias", "out_proj.weight"]],
    [
      { kind: "recurrent", cell: "lstm", length: 4, batch: 2, inputs: 3, size: 5 },
      ["weight_ih_l0", "bias_hh_l0"],
    ],
    [
      { kind: "recurrent", cell: "gru", length: 4, batch: 2, inputs: 3, size: 5 },
      ["weight_hh_l0", "bias_ih_l0"],
    ],
  ] as const)("gives the gradients of its input and of its parameters: %j", async (task, parameters) => {
    const { results } = await run(task);
    const inputs = drawInputs(task);
    expect(results.y).toHaveLength(inputs.dy!.data.length);
    expect(results.dx).toHaveLength(inputs.x!.data.length);
    for (const name of parameters) {
      expect(results[`gradient ${name}`]!.some((value) => value !== 0)).toBe(true);
    }
  });
});
