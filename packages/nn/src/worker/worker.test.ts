import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, test, vi } from "vitest";
import type { WorkerLike } from "./run-in-worker.ts";
import { runInWorker } from "./run-in-worker.ts";
import type { PageControl, WorkerScope } from "./serve-runs.ts";
import { serveRuns } from "./serve-runs.ts";

/** Two ends that clone what they send each other, as a page and its worker do. */
function connect(): { readonly worker: WorkerLike & EventTarget; readonly scope: WorkerScope } {
  const [page, worker] = [new EventTarget(), new EventTarget()];
  const send = (target: EventTarget) => (message: unknown) => {
    const data = structuredClone(message);
    queueMicrotask(() => target.dispatchEvent(new MessageEvent("message", { data })));
  };
  const end = (from: EventTarget, to: EventTarget) => Object.assign(from, { postMessage: send(to) });
  return { worker: end(page, worker), scope: end(worker, page) as unknown as WorkerScope };
}

function serve<Input, Report, Result>(
  run: (input: Input, control: PageControl<Report>) => Promise<Result>,
): WorkerLike & EventTarget {
  const { worker, scope } = connect();
  serveRuns(run, scope);
  return worker;
}

describe("a run in a worker", () => {
  test("sends its reports in order, then its result", async () => {
    const worker = serve(async (count: number, { report }: PageControl<number>) => {
      for (let step = 0; step < count; step++) report(step);
      return { steps: count };
    });
    const reports: number[] = [];
    const result = await runInWorker(worker, 3, { onReport: (step: number) => reports.push(step) });
    expect(result).toEqual({ steps: 3 });
    expect(reports).toEqual([0, 1, 2]);
  });

  test("ignores other messages", async () => {
    const worker = serve(async (name: string, { report }: PageControl<string>) => {
      report(name);
      await new Promise((resolve) => setTimeout(resolve));
      return name;
    });
    const heard: string[] = [];
    const onReport = (name: string) => heard.push(name);
    worker.postMessage("hello");
    const both = [runInWorker(worker, "a", { onReport }), runInWorker(worker, "b")];
    expect(await Promise.all(both)).toEqual(["a", "b"]);
    expect(heard).toEqual(["a"]);
  });

  test("fails with the name and the message of the run's error", async () => {
    const worker = serve(async () => {
      throw new ArgumentError("epochs: found -1");
    });
    await expect(runInWorker(worker, 0)).rejects.toMatchObject({
      name: "ArgumentError",
      message: "epochs: found -1",
    });
  });

  test("rejects if the input cannot be cloned, and leaves nothing behind", async () => {
    const worker = serve(async () => "never");
    const remove = vi.spyOn(worker, "removeEventListener");
    const add = vi.spyOn(worker, "addEventListener");
    await expect(runInWorker(worker, () => 1)).rejects.toMatchObject({ name: "DataCloneError" });
    expect(remove.mock.calls).toEqual(add.mock.calls);
    expect(add).toHaveBeenCalled();
  });

  test("ends if a listener to its reports throws", async () => {
    let wasAborted = false;
    const worker = serve(async (_: number, { signal, report }: PageControl<string>) => {
      report("started");
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve));
      wasAborted = true;
    });
    const failure = new Error("no such element");
    const onReport = (): void => {
      throw failure;
    };
    await expect(runInWorker(worker, 0, { onReport })).rejects.toBe(failure);
    await vi.waitFor(() => expect(wasAborted).toBe(true));
  });

  test("ends with the page's reason when it is aborted, after it has saved its progress", async () => {
    const saved: string[] = [];
    const worker = serve(async (_: number, { signal, report }: PageControl<string>) => {
      report("started");
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve));
      saved.push("checkpoint");
      signal.throwIfAborted();
    });
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = runInWorker(worker, 0, {
      signal: controller.signal,
      onReport: () => controller.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(saved).toEqual(["checkpoint"]);
    await expect(runInWorker(worker, 0, { signal: controller.signal })).rejects.toBe(reason);
  });

  test("reports an error after the abort, because it is more important", async () => {
    const worker = serve(async (_: number, { signal, report }: PageControl<string>) => {
      report("started");
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve));
      throw new Error("the disk is full");
    });
    const controller = new AbortController();
    const run = runInWorker(worker, 0, { signal: controller.signal, onReport: () => controller.abort() });
    await expect(run).rejects.toThrow("the disk is full");
  });

  test("starts as soon as the worker listens, when earlier messages of the page are lost", async () => {
    const { worker, scope } = connect();
    const run = runInWorker<number, string, number>(worker, 3);
    await new Promise((resolve) => setTimeout(resolve));
    serveRuns(async (count: number) => 2 * count, scope);
    expect(await run).toBe(6);
  });

  test("starts once when the worker receives the start twice", async () => {
    const { worker, scope } = connect();
    const inputs: number[] = [];
    const run = runInWorker<number, string, number>(worker, 3);
    serveRuns(async (count: number) => inputs.push(count), scope);
    expect(await run).toBe(1);
    await new Promise((resolve) => setTimeout(resolve));
    expect(inputs).toEqual([3]);
  });

  test("that is aborted before the worker listens ends as soon as it does", async () => {
    const { worker, scope } = connect();
    const controller = new AbortController();
    const run = runInWorker(worker, 0, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    await new Promise((resolve) => setTimeout(resolve));
    const saved: string[] = [];
    serveRuns(async (_: number, { signal }) => {
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve));
      saved.push("checkpoint");
      signal.throwIfAborted();
    }, scope);
    await expect(run).rejects.toBe(reason);
    expect(saved).toEqual(["checkpoint"]);
  });

  test("that is aborted and never ends, as in a terminated worker, is abandoned after `patience`", async () => {
    const { worker } = connect();
    const remove = vi.spyOn(worker, "removeEventListener");
    const controller = new AbortController();
    const run = runInWorker(worker, 0, { signal: controller.signal, patience: 0 });
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(remove).toHaveBeenCalled();
  });

  test("rejects wrong options", () => {
    const { worker } = connect();
    expect(() => runInWorker(worker, 0, { onreport: () => 1 } as never)).toThrow(
      'runInWorker: found the option "onreport", expected one of: onReport, signal, patience',
    );
    expect(() => runInWorker(worker, 0, { signal: "abort" } as never)).toThrow(
      'runInWorker: signal: found "abort", expected an AbortSignal',
    );
  });

  test("fails when the worker's script fails", async () => {
    const { worker } = connect();
    const run = runInWorker(worker, 0);
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "SyntaxError: line 3" }));
    await expect(run).rejects.toThrow("the worker failed: SyntaxError: line 3");
  });
});
