import { describe, expect, type TestContext, test } from "vitest";
import { type Job, runJob, type TrainingOutcome } from "../src/jobs.ts";
import type { PageOutcome } from "../src/page.ts";
import { describeInChromium } from "./in-chromium.ts";
import type { Setting } from "./serve.ts";
import { gpu, isolatedCpu, plainCpu } from "./settings.ts";

describeInChromium(({ run }) => {
  const train = (setting: Setting, job: Job) => run<TrainingOutcome>(setting, job);

  /** Fails if the page was blocked during the whole run: then it responds only once before it and once after it. */
  async function expectResponsive(
    { turns, longestTaskMilliseconds }: PageOutcome,
    { annotate }: TestContext,
  ): Promise<void> {
    expect(turns).toBeGreaterThan(2);
    // The duration of a task depends on the load of the machine, so it is measured but not asserted.
    await annotate(`the page's longest task took ${Math.round(longestTaskMilliseconds)} ms`);
  }

  describe.each([
    { ...gpu, tasks: ["mlp"] as const },
    { ...isolatedCpu, tasks: ["mlp", "convnet"] as const },
    { ...plainCpu, tasks: ["mlp", "convnet"] as const },
  ])("$name", ({ setting, backend, device, tasks }) => {
    test.for(tasks)("trains the %s, and the page works on meanwhile", async (task, context) => {
      const outcome = await train(setting, { backend, task });
      expect(outcome.device).toMatch(device);
      const [first, last] = [outcome.losses.slice(0, 5), outcome.losses.slice(-5)].map(
        (part) => part.reduce((a, b) => a + b) / 5,
      );
      expect(last).toBeLessThan(0.8 * first!);
      await expectResponsive(outcome, context);
    });
  });

  // A software GPU takes seconds for a step. A few losses that equal those of the CPU replace many that fall.
  test("trains the convnet on WebGPU with the losses of the CPU, and the page works on meanwhile", async (context) => {
    const job = { task: "convnet", steps: 5 } as const;
    const outcome = await train(gpu.setting, { ...job, backend: "webgpu" });
    expect(outcome.device).toMatch(gpu.device);
    const control = { signal: new AbortController().signal, report: () => {} };
    const { losses } = (await runJob({ ...job, backend: "cpu" }, control)) as TrainingOutcome;
    expect(outcome.losses).toHaveLength(losses.length);
    // Rounding, which updates magnify, came to 0.0015 in five steps. Without updates the fifth loss is 0.15 off, and with updates
    // that are a tenth smaller it is 0.008.
    const differences = losses.map((loss, step) => Math.abs(outcome.losses[step]! - loss));
    expect(Math.max(...differences)).toBeLessThan(0.005);
    await expectResponsive(outcome, context);
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
    const { losses } = await train("without-wasm", { backend: "webgpu", task: "mlp", steps: 10 });
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });
});
