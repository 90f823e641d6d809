import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { ArgumentError, DataError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batches, mapInWorkers, serveExamples, WorkerError } from "../src/index.ts";
import { count, read } from "./read-batches.ts";

let folder: string;
let module: URL;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-workers-"));
  module = pathToFileURL(join(folder, "functions.mjs"));
  await writeFile(
    module,
    `import { threadId } from "node:worker_threads";
     const shared = new Float32Array(8).fill(3);
     export default async (value) => {
       await new Promise((resolve) => setTimeout(resolve, 10 - value));
       if (value === 7) throw new RangeError("seven");
       return { inputs: Float32Array.of(value, threadId), labels: value };
     };
     export const sum = (bytes) => bytes.reduce((sum, byte) => sum + byte, 0);
     export const part = () => shared.subarray(1, 3);
     export const whole = () => shared;
     export const uncloneable = () => () => 1;
     export const stop = (value) => value === 3 ? process.exit(5) : value;
     export const never = () => new Promise(() => {});
     export const notAFunction = 5;`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

interface Decoded {
  readonly inputs: Float32Array;
  readonly labels: number;
}

describe("a dataset changed in workers", () => {
  it("has its examples in order, from several threads", async () => {
    await using dataset = mapInWorkers<number, Decoded>(count(7), module, { workers: 2 });
    const threads = new Set<number>();
    // A thread that starts late finds nothing left to do.
    while (threads.size < 2) {
      const examples = await Promise.all(count(7).map(async (index) => dataset.get(index)));
      expect(examples.map(({ labels }) => labels)).toEqual(count(7));
      expect(examples.map(({ inputs }) => inputs[0])).toEqual(count(7));
      for (const { inputs } of examples) threads.add(inputs[1]!);
    }
    setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
    expect(await read(batches(dataset, { batchSize: 7, shuffled: true, seed: 1 }))).toHaveLength(1);
    setDefaultBackend(undefined);
  });

  it("names the example for which its function fails, and goes on with others", async () => {
    await using dataset = mapInWorkers<number, Decoded>(count(10), module, { workers: 1 });
    const failing = dataset.get(7);
    await expect(failing).rejects.toThrow(DataError);
    await expect(failing).rejects.toThrow("mapInWorkers: example 7: seven");
    await expect(failing).rejects.toMatchObject({ cause: { name: "RangeError", message: "seven" } });
    expect((await dataset.get(8)).labels).toBe(8);
  });

  it("copies examples to the workers, or moves them", async () => {
    const make = () => count(3).map((index) => new Uint8Array(100).fill(index));
    const [kept, given] = [make(), make()];
    await using copying = mapInWorkers<Uint8Array, number>(kept, module, { name: "sum", workers: 1 });
    await using moving = mapInWorkers<Uint8Array, number>(given, module, {
      name: "sum",
      workers: 1,
      moved: true,
    });
    expect([await copying.get(2), await moving.get(2)]).toEqual([200, 200]);
    expect([kept[2]!.length, given[2]!.length, given[1]!.length]).toEqual([100, 0, 100]);
  });

  it("moves results, but copies those that are parts of larger arrays", async () => {
    await using parts = mapInWorkers([0, 1], module, { name: "part", workers: 1 });
    expect([await parts.get(0), await parts.get(1)]).toEqual([Float32Array.of(3, 3), Float32Array.of(3, 3)]);
    await using whole = mapInWorkers([0, 1], module, { name: "whole", workers: 1 });
    expect(await whole.get(0)).toEqual(new Float32Array(8).fill(3));
    await expect(whole.get(1)).rejects.toThrow(/mapInWorkers: example 1: .*(transfer|detached)/);
  });

  it("rejects examples and results that cannot be cloned", async () => {
    await using results = mapInWorkers([0], module, { name: "uncloneable" });
    await expect(results.get(0)).rejects.toThrow(/example 0: .*could not be cloned/);
    await using examples = mapInWorkers([() => 1, 5], module, { name: "stop", workers: 1 });
    await expect(examples.get(0)).rejects.toThrow(/example 0: .*could not be cloned/);
    expect(await examples.get(1)).toBe(5);
  });

  it("fails as a whole when a worker stops, or its module cannot be loaded", async () => {
    await using stopping = mapInWorkers(count(5), module, { name: "stop", workers: 2 });
    await expect(stopping.get(3)).rejects.toThrow(
      "mapInWorkers: a worker has stopped: it exited with code 5",
    );
    await expect(stopping.get(0)).rejects.toThrow(WorkerError);
    await using absent = mapInWorkers([1], new URL("absent.mjs", module));
    await expect(absent.get(0)).rejects.toThrow(/mapInWorkers: the module could not be loaded: .*absent.mjs/);
    await using wrong = mapInWorkers([1], module, { name: "notAFunction" });
    await expect(wrong.get(0)).rejects.toThrow(
      "found number as its export notAFunction, expected a function",
    );
    await using refused = mapInWorkers([1], () => {
      throw new Error("no workers here");
    });
    await expect(refused.get(0)).rejects.toThrow("mapInWorkers: a worker could not start: no workers here");
  });

  it("rejects what is not finished when it is closed, twice without harm", async () => {
    const dataset = mapInWorkers([1, 2], module, { name: "never", workers: 1 });
    const waiting = dataset.get(0);
    const [closed] = await Promise.allSettled([waiting, dataset.close()]);
    expect(closed).toMatchObject({ reason: new WorkerError("mapInWorkers: the workers have been closed") });
    await dataset.close();
    await expect(dataset.get(1)).rejects.toThrow(WorkerError);
    await mapInWorkers([1], module).close();
  });

  it("takes workers whose script serves examples", async () => {
    const posted: unknown[] = [];
    const listeners: ((event: { readonly data: unknown }) => void)[] = [];
    serveExamples((value: number, index) => ({ tripled: Float32Array.of(3 * value), index }), {
      addEventListener: (_, listener) => listeners.push(listener),
      postMessage: (message, transfer) => posted.push([message, transfer.length]),
    });
    listeners[0]!({ data: { evenkeelExample: 4, example: 5, index: 6 } });
    listeners[0]!({ data: "of other code" });
    await new Promise((resolve) => setTimeout(resolve));
    expect(posted).toEqual([
      [{ evenkeelWorker: "ready" }, 0],
      [{ evenkeelExample: 4, changed: { tripled: Float32Array.of(15), index: 6 } }, 1],
    ]);
    const script = `const { parentPort } = require("node:worker_threads");
      parentPort.on("message", ({ evenkeelExample, example }) => parentPort.postMessage({ evenkeelExample, changed: -example }));
      parentPort.postMessage({ evenkeelWorker: "ready" });`;
    await using dataset = mapInWorkers<number, number>([1, 2], () => new Worker(script, { eval: true }));
    expect(await dataset.get(1)).toBe(-2);
  });

  it("does not keep a process alive", () => {
    const program = `import { mapInWorkers } from "@evenkeel/datasets";
      const dataset = mapInWorkers([1, 2, 3], "data:text/javascript,export default (value) => 10 * value");
      console.log(await dataset.get(2));`;
    const printed = execFileSync(
      process.execPath,
      ["--conditions=@evenkeel/source", "--input-type=module", "--eval", program],
      { cwd: join(import.meta.dirname, "../../evenkeel"), encoding: "utf8", timeout: 60_000 },
    );
    expect(printed.trim()).toBe("30");
  });

  it.each([
    [
      () => mapInWorkers([1], "decode.js"),
      'mapInWorkers: worker: found "decode.js", expected the URL of a module',
    ],
    [() => mapInWorkers([1], module, { workers: 0 }), "workers: found 0"],
    [() => mapInWorkers([1], module, { numWorkers: 1 } as never), 'found the option "numWorkers"'],
    [() => serveExamples(5 as never), "serveExamples: change: found 5, expected a function"],
    [() => serveExamples(() => 1, {} as never), "serveExamples: scope: found an object"],
    [() => mapInWorkers({} as never, module), "mapInWorkers: found an object"],
  ])("%o is rejected", (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});
