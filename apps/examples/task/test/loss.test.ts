import { expect, it } from "vitest";
import { formatLoss, isDiverged } from "../src/index.ts";

it("writes losses of trainings that diverged in few letters", () => {
  const losses = [0.12345, 3.8703619686139147e33, Number.NaN, Number.POSITIVE_INFINITY];
  expect(losses.map((loss) => formatLoss(loss, 3))).toEqual([
    "0.123",
    "3.87e+33",
    "not finite",
    "not finite",
  ]);
  expect(losses.map(isDiverged)).toEqual([false, true, true, true]);
});
