import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limits } from "../../../core/devices/backend.ts";
import type { KernelLaunch, Slot } from "../../../core/devices/launch.ts";
import { blockSize, makeValueOrder, runsPerMerge } from "./sorting.wgsl.ts";
import { listRuns, planSort } from "./sorting-plan.ts";

const limits = { maxWorkgroups: 65_535 } as Limits;

const planned = (outer: number, length: number, inner: number, keep: number) => {
  const lines = { outer, length, inner, keep, order: makeValueOrder("f32", "ascending", limits) };
  return planSort(lines, limits, { input: 0 }, { places: { output: 0 } }, 0);
};

describe("runs", () => {
  test("are merged until one is left, with the elements that are kept", () => {
    const length = fc.integer({ min: 1, max: 300_000 });
    fc.assert(
      fc.property(length, fc.double({ min: 0, max: 1, noNaN: true }), (size, part) => {
        const keep = Math.max(1, Math.round(size * part));
        const stages = listRuns(size, keep);
        expect(stages.at(-1)).toEqual({ runs: 1, run: expect.any(Number), last: keep });
        stages.forEach(({ runs, run, last }, index) => {
          expect(last).toBeGreaterThan(0);
          expect(last).toBeLessThanOrEqual(run);
          if (index > 0) expect(runs).toBe(Math.ceil(stages[index - 1]!.runs / runsPerMerge));
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("of complete sorts contain all elements at each stage", () => {
    for (const length of [1, 2, 100, blockSize, blockSize + 1, 40_000]) {
      for (const { runs, run, last } of listRuns(length, length))
        expect((runs - 1) * run + last).toBe(length);
    }
  });
});

describe("launches", () => {
  test.each([
    [1, 1000, 1],
    [1, 2048, 1],
    [1, 2049, 2],
    [1, 16_384, 2],
    [3, 16_385, 3],
  ])("sort %i lines of %i in %i", (outer, length, launches) => {
    const plan = planned(outer, length, 1, length);
    expect(plan.launches).toHaveLength(launches);
    expect(plan.temporaries).toHaveLength(2 * (launches - 1));
  });

  test("short lines share a workgroup, and temporaries contain only elements that are kept", () => {
    const readWork = (launch: unknown) => (launch as KernelLaunch<Slot, never>).work;
    expect(readWork(planned(66_000, 3, 1, 2).launches[0])).toEqual({ workgroups: [129, 1, 1] });
    expect(planned(2, 5000, 3, 7).temporaries).toEqual([
      { shape: [2 * 3 * 21], dtype: "u32" },
      { shape: [2 * 3 * 21], dtype: "u32" },
    ]);
  });
});
