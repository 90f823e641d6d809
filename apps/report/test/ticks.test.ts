import { describe, expect, it } from "vitest";
import {
  computeLinearScale,
  computeLogarithmicScale,
  computeTightScale,
  formatTick,
} from "../src/charts/ticks.ts";

describe("ticks", () => {
  it("of a linear scale are multiples of 1, 2 or 5 times a power of ten, and enclose the values", () => {
    expect(computeLinearScale([0.43, 0.94]).ticks).toEqual([0.4, 0.6, 0.8, 1]);
    expect(computeLinearScale([0, 91.2])).toEqual({ min: 0, max: 100, ticks: [0, 20, 40, 60, 80, 100] });
    expect(computeLinearScale([-3, 2]).ticks).toEqual([-3, -2, -1, 0, 1, 2]);
  });

  it("of a tight scale lie within the values, and at whole numbers if these are whole", () => {
    expect(computeTightScale([25, 1500])).toEqual({ min: 25, max: 1500, ticks: [500, 1000, 1500] });
    expect(computeTightScale([1, 2, 3]).ticks).toEqual([1, 2, 3]);
    expect(computeTightScale([1]).ticks).toEqual([1]);
    expect(computeTightScale([0.5, 1]).ticks).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });

  it("of a logarithmic scale are at 1, 2 and 5 within few decades, at powers of ten in more, and never fewer than two", () => {
    expect(computeLogarithmicScale([0.2, 2.3]).ticks).toEqual([0.2, 0.5, 1, 2]);
    expect(computeLogarithmicScale([1e-3, 10]).ticks).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(computeLogarithmicScale([1e-12, 1]).ticks.length).toBeLessThanOrEqual(7);
    expect(computeLogarithmicScale([2.1, 2.4]).ticks.length).toBeGreaterThanOrEqual(2);
  });

  it("have short texts", () => {
    const texts = [0, 0.30000000000000004, 1500, 123456, 1e6, 0.0001, 2.5e-7, -20].map(formatTick);
    expect(texts).toEqual(["0", "0.3", "1500", "1.2e+5", "1e+6", "1e-4", "2.5e-7", "-20"]);
  });
});
