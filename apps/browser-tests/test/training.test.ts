import { describe, expect, test } from "vitest";
import type { Job, TrainingOutcome } from "../src/jobs.ts";
import { describeInChromium } from "./in-chromium.ts";
import type { Setting } from "./serve.ts";
import { gpu, isolatedCpu, plainCpu } from "./settings.ts";

describeInChromium(({ run }) => {
  const train = (setting: Setting, job: Job) => run<TrainingOutcome>(setting, job);

  describe.each([gpu, isolatedCpu, plainCpu])("$name", ({ setting, backend, device }) => {
    test.for(["mlp", "convnet"] as const)(
      "trains the %s, and the page works on meanwhile",
      async (task, { annotate }) => {
        const outcome = await train(setting, { backend, task });
        expect(outcome.device).toMatch(device);
        const [first, last] = [outcome.losses.slice(0, 5), outcome.losses.slice(-5)].map(
          (part) => part.reduce((a, b) => a + b) / 5,
        );
        expect(last).toBeLessThan(0.8 * first!);
        // A page that is blocked during the whole run responds only once before it and once after it.
        expect(outcome.turns).toBeGreaterThan(2);
        // The duration of a task depends on the load of the machine, so it is measured but not asserted.
        await annotate(`the page's longest task took ${Math.round(outcome.longestTaskMilliseconds)} ms`);
      },
    );
  });

  test("gives the same bits with threads, without threads, and without Atomics.waitAsync", async () => {
    const job: Job = { backend: "cpu", task: "mlp" };
    const { losses } = await train("isolated", job);
    expect((await train("plain", job)).losses).toEqual(losses);
    const older = await train("isolated", { ...job, withoutWaitAsync: true });
    expect(older.device).toMatch(/[2-8] threads$/);
    expect(older.losses).toEqual(losses);
  });

  test("names what the content security policy must allow, and works with it", async () => {
    const job: Job = { backend: "cpu", task: "mlp" };
    await expect(run("isolated-without-blobs", job)).rejects.toThrow(
      /cpu: a worker thread could not start: a Content-Security-Policy must allow blob: in worker-src, or .* one thread/,
    );
    expect((await train("isolated-without-blobs", { ...job, threads: 1 })).device).toMatch(/1 thread$/);
    await expect(run("without-wasm", job)).rejects.toThrow(
      /cpu: .* a Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src/,
    );
    const { losses } = await train("without-wasm", { backend: "webgpu", task: "mlp" });
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });
});
