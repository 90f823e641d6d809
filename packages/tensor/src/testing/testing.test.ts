import { describe, expect, test } from "vitest";
import { BackendError, DeviceError, DisposedError, OutOfMemoryError } from "../checks/errors.ts";
import type { Limits } from "../core/devices/backend.ts";
import { findPlanner } from "../core/executor.ts";
import type { Plan } from "../core/op.ts";
import { loadPlans } from "../core/plans/plan-tables.ts";
import { tensor } from "../creation/tensor.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { transpose } from "../ops/movement/transpose.ts";
import { sum, sumOp } from "../ops/reduction/sum.ts";
import { FailingBackend, MemoryBackend, makeBackendWith, RecordingBackend, runPlan } from "./index.ts";

await loadPlans(["wasm"]);

describe("memory without a processor", () => {
  test("evaluates expressions in the storage of each dtype", async () => {
    const backend = new MemoryBackend({ launches: "evaluate" });
    for (const dtype of ["f32", "f16", "i32", "u32"] as const) {
      const column = tensor([[1], [2]], { backend, dtype });
      const y = add(column, tensor([10, 20, 30], { backend, dtype }));
      expect([...(await y.data())]).toEqual([11, 21, 31, 12, 22, 32]);
    }
  });

  test("refuses what it does not run, and buffers that were freed before", () => {
    const evaluating = new MemoryBackend({ launches: "evaluate", languages: ["wasm"] });
    expect(() => sum(tensor([1, 2], { backend: evaluating }))).toThrow(BackendError);
    const refusing = new MemoryBackend({ launches: "refuse" });
    expect(() => mul(tensor([1, 2], { backend: refusing }), 2)).toThrow(
      "memory: found a launch of kind expression, which it does not run",
    );
    const buffer = refusing.allocate(8);
    refusing.free(buffer);
    expect(() => refusing.free(buffer)).toThrow(DisposedError);
  });

  test("counts what is alive", () => {
    const backend = new MemoryBackend();
    const [x, y] = [tensor([1, 2], { backend }), tensor([3], { backend })];
    x.dispose();
    expect(backend.memory()).toEqual({ live: 4, pooled: 0, peak: 12 });
    expect(backend.buffersAlive).toBe(1);
    y.dispose();
    expect(backend.buffersAlive).toBe(0);
  });
});

test("a recording backend tells what each launch moved, until it is reset", async () => {
  const recording = new RecordingBackend();
  const x = tensor([[1, 2, 3]], { backend: recording });
  const y = mul(transpose(add(x, 1)), 2);
  await y.data();
  expect(recording.traffic()).toMatchObject({
    launches: [{ kind: "expression", bytesRead: 12, bytesWritten: 12 }, { kind: "expression" }],
    counts: { expression: 2 },
    bytesRead: 24,
    bytesUploaded: 12,
    bytesDownloaded: 12,
  });
  recording.reset();
  expect(recording.traffic()).toMatchObject({ launches: [], counts: {}, bytesUploaded: 0 });
});

test("a failing backend fails once, where it is told to", () => {
  const backend = new FailingBackend(new MemoryBackend());
  const x = tensor([1], { backend });
  backend.failAfter(1, "allocate");
  expect(() => add(add(x, 1), 1)).toThrow(OutOfMemoryError);
  expect(backend.stopFailing()).toBe(true);
  backend.failAfter(0, "launch");
  expect(() => add(x, 1)).toThrow(DeviceError);
  backend.failAfter(5, "launch");
  add(x, 1);
  expect(backend.stopFailing()).toBe(false);
});

test("a backend with some members replaced keeps the others", () => {
  const memory = new MemoryBackend();
  const backend = makeBackendWith(memory, { name: "other" });
  tensor([1], { backend });
  expect([backend.name, backend.buffersAlive, memory.buffersAlive]).toEqual(["other", 1, 1]);
});

describe("a plan without a device", () => {
  const limits: Limits = {
    storage: { f32: "f32" },
    maxBufferBytes: 2 ** 32,
    offsetAlignment: 4,
    features: new Set(),
  };
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);
  const specs = [{ shape: [2, 3], dtype: "f32" }] as const;
  const attrs = { axes: [1], keepDims: false };
  const plan = (): Plan => findPlanner(sumOp, { languages: ["wasm"] })!(specs, attrs, limits, [false]);
  const rows = sumOp.outputs(specs, attrs);

  test("gives the outputs in any order of the chunks", () => {
    expect(runPlan(plan(), [x], rows)).toEqual([Float32Array.of(6, 15)]);
    expect(runPlan(plan(), [x], rows, { backwards: true })).toEqual([Float32Array.of(6, 15)]);
  });

  test("finds a kernel that writes outside of its operands", () => {
    expect(() => runPlan(plan(), [x], [{ shape: [1], dtype: "f32" }])).toThrow(RangeError);
  });

  test("finds a kernel that changes an input", () => {
    const launches = plan().launches.map((launch) =>
      launch.kind === "kernel" ? { ...launch, reads: [{ output: 0 }], writes: [{ input: 0 }] } : launch,
    );
    const matrix = [{ shape: [2, 3], dtype: "f32" }] as const;
    expect(() => runPlan({ ...plan(), launches }, [x], matrix)).toThrow("a kernel changed input 0");
  });

  test("refuses what is not in WebAssembly", () => {
    const host: Plan = {
      launches: [{ kind: "host", name: "sort", operands: {}, run: () => undefined }],
      temporaries: [],
      aliases: [],
    };
    expect(() => runPlan(host, [], [])).toThrow("sort: found a launch of kind host");
  });
});
