import { describe, expect, it } from "vitest";
import { computeStudentInterval } from "../src/student-interval.ts";

/** Of values with mean 0 and deviation 1, whose interval is the quantile over the root of their number. */
function findQuantile(degrees: number, level: number): number {
  const values = Array.from({ length: degrees + 1 }, (_, index) => index - degrees / 2);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / degrees);
  return (computeStudentInterval(values, level)[1] / deviation) * Math.sqrt(degrees + 1);
}

describe("Student's t interval", () => {
  // Tables of the distribution, two-sided.
  it.each([
    [1, 0.95, 12.706],
    [2, 0.95, 4.303],
    [3, 0.95, 3.182],
    [4, 0.95, 2.776],
    [9, 0.95, 2.262],
    [4, 0.99, 4.604],
    [5, 0.99, 4.032],
    [30, 0.95, 2.042],
  ])("of %i degrees of freedom at the level %f has the published quantile %f", (degrees, level, quantile) => {
    expect(findQuantile(degrees, level)).toBeCloseTo(quantile, 3);
  });

  it("lies around the mean, and is infinite for one value", () => {
    const [low, high] = computeStudentInterval([1, 2, 3]);
    expect((low + high) / 2).toBeCloseTo(2, 12);
    expect(computeStudentInterval([5])).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});
