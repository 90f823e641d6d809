import { afterEach, describe, expect, test } from "vitest";
import {
  ArgumentError,
  BackendError,
  DeviceError,
  DisposedError,
  OutOfMemoryError,
} from "../checks/errors.ts";
import { fromData } from "../creation/from-data.ts";
import { arange, eye, linspace } from "../creation/sequences.ts";
import { pad } from "../ops/arrangement/pad.ts";
import { repeatInterleave, tile } from "../ops/arrangement/repeat.ts";
import { full } from "../ops/creation/full.ts";
import { oneHot } from "../ops/creation/one-hot.ts";
import { chunk, split } from "../ops/movement/split.ts";
import { cropAndResize } from "../ops/resampling/crop-and-resize.ts";
import { affineGrid } from "../ops/resampling/grid-sample.ts";
import { resize } from "../ops/resampling/resize.ts";
import { roiAlign } from "../ops/resampling/roi-align.ts";
import { makeBackendWith } from "../testing/backend-with.ts";
import { FailingBackend } from "../testing/failing-backend.ts";
import { MemoryBackend } from "../testing/memory-backend.ts";
import type { BackendFactory } from "./devices/backend.ts";
import { selectBackend, setDefaultBackend } from "./devices/backend.ts";
import { makeWasmKernel } from "./devices/launch.ts";
import { execute } from "./executor.ts";
import { scope } from "./memory/scope.ts";
import type { Op } from "./op.ts";
import type { Spec } from "./spec.ts";

const spec: Spec = { shape: [4], dtype: "f32" };

const kernels = { greedy: { reads: ["x"], writes: ["y", "z", "first", "second"], parameters: {} } } as const;

/** Two outputs, one of them in the memory of the input, and two temporaries. */
const greedyOp: Op = {
  name: "greedy",
  outputs: () => [spec, spec],
  meaning: { loops: () => undefined },
  plan: () => ({
    launches: [
      {
        kind: "kernel",
        kernel: makeWasmKernel("", "greedy", kernels),
        reads: [{ input: 0 }],
        writes: [{ output: 0 }, { output: 1 }, { temporary: 0 }, { temporary: 1 }],
        parameters: [],
        work: { items: 4, chunk: 4 },
      },
    ],
    temporaries: [spec, spec],
    aliases: [[0, 0]],
  }),
};

describe("an op that fails halfway", () => {
  test.each([0, 1, 2])("frees everything when only %i allocations succeed", (allocations) => {
    const memory = new MemoryBackend();
    const backend = new FailingBackend(memory);
    const x = full([4], 1, { backend });
    backend.failAfter(allocations, "allocate");
    expect(() => execute(greedyOp, [x], {}, { donate: [0] })).toThrow(OutOfMemoryError);
    expect(memory.buffersAlive).toBe(1);
    expect(x.isDisposed).toBe(false);
    x.dispose();
    expect(memory.buffersAlive).toBe(0);
  });

  test("frees everything when the launch fails", () => {
    const memory = new MemoryBackend();
    const backend = new FailingBackend(memory);
    const x = full([4], 1, { backend });
    backend.failAfter(0, "launch");
    expect(() => execute(greedyOp, [x], {})).toThrow(DeviceError);
    expect(memory.buffersAlive).toBe(1);
    backend.failAfter(0, "write", new OutOfMemoryError("no room to stage in"));
    expect(() => fromData([1, 2, 3, 4], spec, { backend })).toThrow(OutOfMemoryError);
    expect(memory.buffersAlive).toBe(1);
  });
});

describe("sizes beyond any memory", () => {
  const backend = new MemoryBackend();

  test("cause an OutOfMemoryError that names the operation", () => {
    expect(() => full([2 ** 31, 2 ** 31], 0, { backend })).toThrow(/found f32 \[2147483648, 2147483648\]/);
    expect(() => full([2 ** 31, 2 ** 31], 0, { backend })).toThrow(OutOfMemoryError);
    for (const make of [
      () => eye(2 ** 26, { backend }),
      () => arange(0, 2 ** 52, { backend }),
      () => linspace(0, 1, 2 ** 52, { backend }),
    ]) {
      expect(make).toThrow(OutOfMemoryError);
    }
  });

  test("are found before anything is computed on the host, and the message names the argument", () => {
    const x = full([1, 1, 8, 8], 1, { backend });
    const line = full([2], 1, { backend });
    const empty = full([0, 1, 8], 1, { backend });
    const boxes = full([1, 4], 1, { backend });
    const images = full([1], 0, { backend, dtype: "i32" });
    for (const [start, make] of [
      ["resize: size: found f32 [1, 1, 1000000000, 8]", () => resize(x, { size: [1e9, 8] })],
      ["resize: size: found f32", () => resize(x, { scaleFactor: 1e300 })],
      ["resize: table: found i32 [1000000000, 6]", () => resize(empty, { size: 1e9, mode: "cubic" })],
      ["resize: table: found i32", () => resize(full([0, 1, 8], 1, { backend, dtype: "u8" }), { size: 1e9 })],
      ["tile: counts: found f32 [2000000000000000]", () => tile(line, [1e15])],
      ["repeatInterleave: counts: found f32 [2000000000000000]", () => repeatInterleave(line, 1e15)],
      ["repeatInterleave: counts: found f32", () => repeatInterleave(line, [1e15, 1])],
      [
        "repeatInterleave: counts: indices: found i32",
        () => repeatInterleave(full([2, 0], 1, { backend }), [1e15, 1], { axis: 0 }),
      ],
      ["pad: widths: found f32 [2000000002]", () => pad(line, [[1e9, 1e9]])],
      ["pad: widths: found f32 [2000000002]", () => pad(line, [[0, 2e9]], { mode: "edge" })],
      ["cropAndResize: size: found f32 [1, 1, 1000000000", () => cropAndResize(x, boxes, images, 1e9)],
      ["roiAlign: size: found f32 [1, 1, 1000000000", () => roiAlign(x, boxes, images, 1e9)],
      ["roiAlign: samplingRatio: found f32", () => roiAlign(x, boxes, images, 1, { samplingRatio: 1e9 })],
      [
        "affineGrid: size: found f32 [1, 1000000000, 1, 2]",
        () => affineGrid(full([1, 2, 3], 1, { backend }), [1, 1e9, 1]),
      ],
      ["oneHot: found f32 [1, 1000000000000]", () => oneHot(images, 1e12)],
    ] as const) {
      expect(make).toThrow(start);
      expect(make).toThrow(OutOfMemoryError);
    }
    for (const make of [() => split(line, 1e15), () => split(empty, 1e15), () => chunk(empty, 1e15)]) {
      expect(make).toThrow(ArgumentError);
    }
  });
});

describe("tensors of a closed backend", () => {
  test("can still be disposed", () => {
    const backend = makeBackendWith(new MemoryBackend(), {
      free() {
        throw new DisposedError("closed");
      },
    });
    const x = full([4], 1, { backend });
    x.dispose();
    expect(x.isDisposed).toBe(true);
  });
});

test("a promise returned from a scope causes one error, and no second one when it rejects", async () => {
  const failing = async (): Promise<void> => {
    await Promise.resolve();
    throw new Error("too late");
  };
  // An unhandled rejection would fail the run of the tests.
  expect(() => scope(failing)).toThrow(ArgumentError);
  await new Promise((resolve) => setTimeout(resolve));
});

describe("selectBackend", () => {
  const opened: string[] = [];
  const factory = (name: string, error?: Error): BackendFactory => ({
    name,
    open: async () => {
      opened.push(name);
      if (error !== undefined) throw error;
      return new MemoryBackend({ name });
    },
  });
  const both = [factory("first", new BackendError("first: no such device")), factory("second")];
  afterEach(() => {
    opened.length = 0;
    setDefaultBackend(undefined);
  });

  test("takes the next backend if one does not open", async () => {
    const backend = await selectBackend(both);
    expect(backend.name).toBe("second");
    expect(opened).toEqual(["first", "second"]);
  });

  test("throws the wrong argument that a backend finds when it opens instead of taking the next", async () => {
    const wrong = factory("wrong", new ArgumentError("wrong: sizes: found 1, expected 2"));
    await expect(selectBackend([wrong, factory("second")])).rejects.toThrow(ArgumentError);
    expect(opened).toHaveLength(1);
  });

  test.each([
    [both, { first: {} }, 'selectBackend: found the option "first", expected one of: prefer'],
    [both, { prefer: "third" }, 'prefer: found "third", expected one of: first, second'],
    [both, { prefer: 1 }, "selectBackend: prefer: found 1, expected a string"],
    [both, null, "selectBackend: options: found null, expected an object"],
    [
      both[0],
      {},
      "selectBackend: factories: found an object, expected an array of backends to open, such as [webgpu(), cpu()]",
    ],
    [[() => both[0]], {}, "selectBackend: factories: found [a function], expected an array of backends"],
    [["cpu"], {}, 'selectBackend: factories: found ["cpu"], expected an array of backends'],
    [[undefined], {}, "selectBackend: factories: found [undefined], expected an array of backends"],
  ])("rejects %o with %o", async (factories, options, message) => {
    await expect(selectBackend(factories as never, options as never)).rejects.toThrow(message);
    await expect(selectBackend(factories as never, options as never)).rejects.toThrow(ArgumentError);
    expect(opened).toEqual([]);
  });
});

test("selectBackend names what is missing", async () => {
  await expect(selectBackend([])).rejects.toThrow("factories: found none, expected at least one backend");
  await expect(selectBackend<string>([], { prefer: "cpu" })).rejects.toThrow('prefer: found "cpu"');
});
