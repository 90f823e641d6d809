import { expect, test } from "vitest";
import type { RunProgress } from "./run-progress.ts";
import { computeShareDone, describePace, describeValues } from "./run-progress.ts";

const progress: RunProgress = {
  ...{ at: "batch", epoch: 2, epochs: 4, batch: 5, batches: 10, values: {} },
  ...{ examplesPerSecond: undefined, secondsLeft: undefined },
};

test("the share that is done counts epochs and batches", () => {
  expect(computeShareDone(progress)).toBe(0.375);
  expect(computeShareDone({ ...progress, at: "epoch" })).toBe(0.5);
  expect(computeShareDone({ ...progress, batch: 12 })).toBe(0.5);
  expect(computeShareDone({ ...progress, batches: undefined })).toBeUndefined();
  expect(computeShareDone({ ...progress, at: "start", epoch: 0, batches: undefined })).toBe(0);
  expect(computeShareDone({ ...progress, epochs: 0 })).toBe(1);
});

test("numbers have four digits, and times are in minutes or hours", () => {
  const values = { loss: 0.123456, a: 1e-9, b: 123456.7, c: Number.NaN, d: -Infinity, e: 0 };
  expect(describeValues({ ...progress, values })).toEqual([
    ...["loss 0.1235", "a 1e-9", "b 123457", "c NaN", "d -Infinity", "e 0"],
  ]);
  const describe = (secondsLeft: number) => describePace({ ...progress, secondsLeft })[0];
  expect([0, 65, 7384].map(describe)).toEqual(["0:00 left", "1:05 left", "2:03:04 left"]);
  expect(describePace({ ...progress, examplesPerSecond: 12.3456 })).toEqual(["12.35 examples/s"]);
  expect(describePace(progress)).toEqual([]);
});
