import { describe, expect, test } from "vitest";
import type { Limits } from "../../../core/devices/backend.ts";
import type { KernelLaunch, ScalarSlot, Slot, WgslKernel } from "../../../core/devices/launch.ts";
import type { Spec } from "../../../core/spec.ts";
import type { Indexing } from "../indexing.ts";
import { canStoreSums, planShaderAdd, planShaderTake } from "./indexing-plan.ts";

const limits: Limits = {
  storage: { f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u32" },
  maxBufferBytes: 2 ** 31,
  offsetAlignment: 256,
  maxWorkgroups: 65_535,
  features: new Set(),
};
const f32: Spec = { shape: [], dtype: "f32" };
const table: Omit<Indexing, "count"> = {
  outer: 1,
  length: 50_000,
  inner: 128,
  elementwise: false,
  negative: "fromEnd",
};

type Kernels = readonly KernelLaunch<Slot, ScalarSlot>[];

describe("sums", () => {
  const listEntries = (count: number): string[] =>
    (planShaderAdd(f32, { ...table, count }, limits, undefined).launches as Kernels).map(
      ({ kernel }) => kernel.entry,
    );

  test("of few indices examine all of them, of many sort them first", () => {
    expect(listEntries(0)).toEqual(["add"]);
    expect(listEntries(32)).toEqual(["add"]);
    expect(listEntries(33)).toEqual(["sort", "addSorted"]);
    expect(listEntries(4096)).toEqual(["sort", "merge", "addSorted"]);
  });

  test("take an invocation for four columns of a row, or for each element if it has its own index", () => {
    const countSize = (indexing: typeof table): unknown =>
      (planShaderAdd(f32, { ...indexing, count: 4096 }, limits, undefined).launches as Kernels).at(-1)!
        .parameters[0];
    expect(countSize(table)).toBe(50_000 * 32);
    expect(countSize({ ...table, inner: 126 })).toBe(50_000 * 126);
    expect(countSize({ ...table, elementwise: true })).toBe(50_000 * 128);
  });

  test("in f16 are stored four at a time, or one at a time if the device has f16", () => {
    const half: Spec = { shape: [], dtype: "f16" };
    const native: Limits = { ...limits, features: new Set(["shader-f16"]) };
    const rows = { ...table, count: 4096 };
    const stored = (indexing: typeof rows) =>
      [limits, native].map((device) => canStoreSums(half, indexing, device));
    expect(stored(rows)).toEqual([true, true]);
    expect(stored({ ...rows, inner: 126 })).toEqual([false, true]);
    expect(stored({ ...rows, elementwise: true })).toEqual([false, true]);
  });

  test("of nothing launch nothing", () => {
    expect(planShaderAdd(f32, { ...table, length: 0, count: 7 }, limits, undefined).launches).toEqual([]);
  });
});

describe("choices", () => {
  const makeLaunch = (x: Spec, inner: number, elementwise = false) => {
    const launches = planShaderTake(x, 0, { ...table, inner, count: 6, elementwise }, limits, undefined);
    return launches[0] as KernelLaunch<Slot, ScalarSlot>;
  };

  test.each([
    ["f32", 128, false, "vec4u", 6 * 32],
    ["f32", 126, false, "u32", 6 * 126],
    ["f32", 128, true, "u32", 6 * 128],
    ["u8", 12, false, "u32", 18],
    ["u8", 7, false, "lane < 4u", 11],
  ] as const)(
    "from %s in rows of %i, elementwise %s, move as %s",
    (dtype, inner, elementwise, text, count) => {
      const { kernel, parameters } = makeLaunch({ shape: [], dtype }, inner, elementwise);
      const { code } = kernel as WgslKernel;
      expect(/lane < \du/.exec(code)?.[0] ?? /alias Unit = (\w+);/.exec(code)?.[1]).toBe(text);
      expect(parameters[0]).toBe(count);
    },
  );

  test("fold more workgroups than fit in one dimension", () => {
    expect(makeLaunch(f32, 2 ** 22 - 1).work).toEqual({ workgroups: [49_152, 2, 1] });
  });
});
