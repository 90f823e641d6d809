import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ArgumentError, OutOfMemoryError } from "../../checks/errors.ts";
import { tensor } from "../../creation/tensor.ts";
import { add } from "../../ops/elementwise/arithmetic.ts";
import { reshape } from "../../ops/movement/reshape.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import type { DeviceBuffer } from "../devices/launch.ts";
import { execute } from "../executor.ts";
import type { Op } from "../op.ts";
import type { UnfreedTensors } from "./leak-report.ts";
import { listUnfreedTensors, reportLeaks } from "./leak-report.ts";
import { keep, scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const backend = new RecordingBackend();
const make = (...values: number[]): Tensor => tensor(values, { backend });

/** What `body` forgets, in the order in which it is reported. */
async function collectLeaks(
  body: () => void,
  options: { readonly stacks?: boolean } = {},
): Promise<UnfreedTensors[]> {
  const leaks: UnfreedTensors[] = [];
  const before = backend.buffersAlive;
  reportLeaks((found) => leaks.push(...found), options);
  body();
  for (let round = 0; round < 50 && backend.buffersAlive !== before; round++) {
    collect();
    await setTimeout(1);
  }
  expect(backend.buffersAlive).toBe(before);
  return leaks;
}

afterEach(() => {
  reportLeaks(false);
  vi.restoreAllMocks();
});

describe("forgotten tensors", () => {
  test("are counted by the operation that created them and their shape, the most bytes first", async () => {
    const leaks = await collectLeaks(() => {
      const [x, y] = [make(1, 2, 3), make(1, 2)];
      for (let count = 0; count < 4; count++) add(x, x);
      add(y, y);
      make(3, 4);
      x.dispose();
    });
    expect(leaks).toEqual([
      { op: "add", spec: { shape: [3], dtype: "f32" }, tensors: 4, bytes: 48 },
      { op: "tensor", spec: { shape: [2], dtype: "f32" }, tensors: 2, bytes: 16 },
      { op: "add", spec: { shape: [2], dtype: "f32" }, tensors: 1, bytes: 8 },
    ]);
  });

  test("have the name of the operation that was called, and not of those that it is composed of", async () => {
    const double: Op<object> = {
      name: "double",
      outputs: ([x]) => [x!],
      meaning: { composition: ([x]) => [add(x!, x!)] },
    };
    using x = make(1, 2);
    const leaks = await collectLeaks(() => void execute(double, [x], {}));
    expect(leaks.map(({ op, tensors }) => [op, tensors])).toEqual([["double", 1]]);
  });

  test("have the name of the operation that allocated the memory that they view", async () => {
    using x = make(1, 2);
    const leaks = await collectLeaks(() => {
      const sum = add(x, x);
      reshape(sum, [2, 1]);
      sum.dispose();
    });
    expect(leaks.map(({ op, spec }) => [op, spec!.shape])).toEqual([["add", [2]]]);
  });

  test("may have left a scope, as its result or by keep", async () => {
    const leaks = await collectLeaks(() => {
      scope(() => {
        const x = make(1, 2);
        keep(add(x, x));
        return reshape(add(x, x), [1, 2]);
      });
    });
    expect(leaks.map(({ op, tensors }) => [op, tensors])).toEqual([["add", 2]]);
  });

  test("from before reports were switched on have no name", async () => {
    const early = [make(1, 2)];
    const leaks: UnfreedTensors[] = [];
    reportLeaks((found) => leaks.push(...found));
    early.pop();
    for (let round = 0; round < 50 && leaks.length === 0; round++) {
      collect();
      await setTimeout(1);
    }
    expect(leaks).toEqual([{ tensors: 1, bytes: 8 }]);
  });

  test("do not include tensors that a scope owns, that were disposed, or that can be reached", async () => {
    const reachable: Tensor[] = [];
    const leaks = await collectLeaks(() => {
      scope(() => void add(make(1), make(2)));
      make(3).dispose();
      make(4);
    });
    reportLeaks((found) => leaks.push(...found));
    reachable.push(make(5));
    collect();
    await setTimeout(5);
    expect(leaks.map(({ tensors }) => tensors)).toEqual([1]);
    reachable[0]!.dispose();
  });
});

describe("the call site", () => {
  const forgetInside = (): void => void make(1, 2, 3);

  test("is in the report if stacks are switched on", async () => {
    const [leak] = await collectLeaks(forgetInside, { stacks: true });
    expect(leak!.stack).toMatch(/^ *at .*\n.*\n.* at .*forgetInside.*leak-report\.test\.ts/);
    expect(leak!.stack).not.toContain("from-data.ts");
  });

  test("distinguishes tensors that the same operation creates in two places", async () => {
    const body = (): void => {
      make(1);
      make(2);
    };
    expect(await collectLeaks(body, { stacks: true })).toHaveLength(2);
    expect(await collectLeaks(body)).toEqual([
      { op: "tensor", spec: { shape: [1], dtype: "f32" }, tensors: 2, bytes: 8 },
    ]);
  });
});

test("reports are written as warnings if there is no listener", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  reportLeaks(true);
  for (let count = 0; count < 3; count++) make(1, 2, 3);
  for (let round = 0; round < 50 && warn.mock.calls.length === 0; round++) {
    collect();
    await setTimeout(1);
  }
  expect(warn.mock.calls).toEqual([
    [
      "3 tensors (36 bytes) belonged to no scope and were forgotten without dispose:\n  3 x tensor f32 [3], 36 bytes",
    ],
  ]);
});

test("nothing is reported once reports are switched off", async () => {
  const found = vi.fn();
  reportLeaks(found);
  make(1);
  reportLeaks(false);
  const before = backend.buffersAlive;
  for (let round = 0; round < 50 && backend.buffersAlive === before; round++) {
    collect();
    await setTimeout(1);
  }
  expect(backend.buffersAlive).toBeLessThan(before);
  expect(found).not.toHaveBeenCalled();
});

describe("tensors that can be reached", () => {
  test("are listed by origin until they are disposed, unless a scope owns them", () => {
    const early = make(7);
    reportLeaks(() => undefined);
    const held = [make(1, 2), make(3, 4), add(early, early)];
    const sums = scope(() => {
      expect(listUnfreedTensors().map(({ op }) => op)).toEqual(["tensor", "add"]);
      return [add(held[0]!, held[1]!)];
    });
    expect(listUnfreedTensors()).toEqual([
      { op: "tensor", spec: { shape: [2], dtype: "f32" }, tensors: 2, bytes: 16 },
      { op: "add", spec: { shape: [2], dtype: "f32" }, tensors: 1, bytes: 8 },
      { op: "add", spec: { shape: [1], dtype: "f32" }, tensors: 1, bytes: 4 },
    ]);
    for (const x of [...held, ...sums, early]) x.dispose();
    expect(listUnfreedTensors()).toEqual([]);
    reportLeaks(false);
    using _late = make(1);
    expect(listUnfreedTensors()).toEqual([]);
  });

  test("are named when memory runs out", () => {
    class FullBackend extends RecordingBackend {
      override allocate(bytes: number): DeviceBuffer {
        if (this.buffersAlive > 1) throw new OutOfMemoryError("no room");
        return super.allocate(bytes);
      }
    }
    const full = new FullBackend();
    reportLeaks(() => undefined);
    using x = tensor([1, 2, 3], { backend: full });
    using y = add(x, x);
    expect(() => add(x, y)).toThrow(
      "such as the parameters of a model: 1 x tensor f32 [3], 12 bytes; 1 x add f32 [3], 12 bytes; unreachable",
    );
  });
});

test("anything but a boolean or a function is rejected", () => {
  expect(() => reportLeaks("yes" as never)).toThrow(ArgumentError);
  expect(() => reportLeaks(true, { stack: true } as never)).toThrow('found the option "stack"');
});
