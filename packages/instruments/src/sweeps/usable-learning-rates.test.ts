import { ArgumentError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { fitGrowth } from "../depth/growth.ts";
import { findUsableLearningRates } from "./usable-learning-rates.ts";

const accepts = (reached: number): boolean => reached > 0.5;

test("the widest stretch of usable rates counts, and a rate that diverges ends it", async () => {
  const reached = [0.9, 0.1, 0.8, 0.9, 0.7, Number.NaN, 0.9];
  const learningRates = [1e-4, 1e-3, 1e-2, 0.03, 1, 2, 10];
  const found = await findUsableLearningRates({
    learningRates,
    train: async (rate) => reached[learningRates.indexOf(rate)]!,
    accepts,
  });
  expect(found.range).toEqual([1e-2, 1]);
  expect(found.decades).toBeCloseTo(2, 12);
  expect(found.results.map(({ isUsable }) => isUsable)).toEqual([true, false, true, true, true, false, true]);
});

test("without a usable rate there is no range", async () => {
  const found = await findUsableLearningRates({ learningRates: [0.1, 1], train: () => 0, accepts });
  expect(found).toMatchObject({ range: undefined, decades: 0 });
});

test("rates must rise", async () => {
  const wrong = findUsableLearningRates({ learningRates: [1, 0.1], train: () => 0, accepts });
  await expect(wrong).rejects.toThrow(ArgumentError);
  await expect(wrong).rejects.toThrow("learningRates[1]: found 0.1, expected more than the rate before it");
});

test("growth is fitted with its standard error", () => {
  const exact = fitGrowth([3, 6, 12, 24]);
  expect(exact.rate).toBeCloseTo(Math.log(2), 12);
  expect(exact.start).toBeCloseTo(Math.log(3), 12);
  expect(exact.standardError).toBeLessThan(1e-12);
  // By hand: logarithms 0, 1, 1, 2 have the slope 0.6 and residuals -0.1, 0.3, -0.3, 0.1.
  const rough = fitGrowth([1, Math.E, Math.E, Math.E ** 2]);
  expect(rough.rate).toBeCloseTo(0.6, 12);
  expect(rough.standardError).toBeCloseTo(Math.sqrt(0.2 / 2 / 5), 12);
  expect(() => fitGrowth([1, 2])).toThrow("found 2, expected at least 3");
  expect(() => fitGrowth([1, 0, 2])).toThrow(ArgumentError);
});
