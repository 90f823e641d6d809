import { describe, expect, test } from "vitest";
import { CurveRecorder } from "./learning-rate-curve.ts";

const rates = (count: number) => Array.from({ length: count }, (_, step) => 10 ** (step / 10 - 5));

function record(losses: readonly number[], { smoothing = 0, divergence = 4 as number | null } = {}) {
  const recorder = new CurveRecorder({ smoothing, divergence });
  const all = rates(losses.length);
  const end = losses.findIndex((loss, step) => recorder.add(all[step]!, loss));
  return { end, all, ...recorder.finish() };
}

describe("a curve of losses", () => {
  test("suggests the rate at which the loss falls most steeply, and a tenth of that with the lowest loss", () => {
    // A logistic fall around step 20 and a rise after step 35.
    const losses = Array.from(
      { length: 45 },
      (_, step) => 2 / (1 + Math.exp((step - 20) / 2)) + 0.1 + Math.max(0, step - 35) / 4,
    );
    const { steepest, suggestion, minimumTenth, all, end } = record(losses, { divergence: null });
    expect(end).toBe(-1);
    expect(steepest).toBeCloseTo(all[20]!, 12);
    expect(suggestion).toBe(steepest);
    expect(minimumTenth).toBeCloseTo(all[35]! / 10, 12);
  });

  test("smooths losses without the bias of the beginning", () => {
    const { points } = record([4, 2, 0, 6], { smoothing: 0.5 });
    expect(points.map(({ smoothedLoss }) => smoothedLoss)).toEqual([
      4,
      (0.25 * 4 + 0.5 * 2) / 0.75,
      (0.125 * 4 + 0.25 * 2) / 0.875,
      (0.0625 * 4 + 0.125 * 2 + 0.5 * 6) / 0.9375,
    ]);
    expect(record([7, 7, 7], { smoothing: 0.98 }).points.at(-1)!.smoothedLoss).toBeCloseTo(7, 12);
  });

  test.each([
    ["a multiple of the lowest loss", [3, 1, 3.9, 4.1, 1], {}, 3],
    ["NaN", [3, 1, Number.NaN, 1], { divergence: null }, 2],
    ["infinity", [3, Infinity], {}, 1],
    ["no rise, of negative losses", [-1, -2, -3, 2.9, -3], {}, -1],
    ["a rise, of negative losses", [-1, -3, 6.1], {}, 2],
    ["no limit", [3, 1, 1e9], { divergence: null }, -1],
  ])("ends at %s", (_, losses, options, expected) => {
    const { end, points } = record(losses, options);
    expect(end).toBe(expected);
    for (const { loss } of points) expect(Number.isFinite(loss)).toBe(true);
  });

  test("suggests nothing where the loss never falls, or there are too few points", () => {
    expect(record([1, 2, 3, 4, 5]).steepest).toBeUndefined();
    for (const losses of [[], [1], [2, 1], [Number.NaN]]) {
      expect(record(losses).suggestion).toBeUndefined();
    }
    expect(record([]).minimumTenth).toBeUndefined();
  });
});
