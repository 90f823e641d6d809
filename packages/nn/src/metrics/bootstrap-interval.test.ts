import { expect, test } from "vitest";
import { computeBleu, countBleu, scoreBleu } from "./bleu.ts";
import { computeBootstrapInterval } from "./bootstrap-interval.ts";

const shareOf =
  (examples: number) =>
  (totals: readonly number[]): number =>
    totals[0]! / examples;

test("the interval of an accuracy has the width of the normal approximation", () => {
  const right = Array.from({ length: 400 }, (_, index) => [index % 4 === 0 ? 0 : 1]);
  const [low, high] = computeBootstrapInterval(right, shareOf(400), { samples: 4000 });
  const deviation = Math.sqrt((0.75 * 0.25) / 400);
  expect(low).toBeCloseTo(0.75 - 1.96 * deviation, 2);
  expect(high).toBeCloseTo(0.75 + 1.96 * deviation, 2);
  const [lower, higher] = computeBootstrapInterval(right, shareOf(400), { samples: 4000, confidence: 0.5 });
  expect(higher - lower).toBeCloseTo(2 * 0.6745 * deviation, 2);
});

test("one seed gives one interval, and another another", () => {
  const counts = Array.from({ length: 50 }, (_, index) => [index]);
  const run = (seed?: number) =>
    computeBootstrapInterval(counts, shareOf(50), { samples: 100, ...(seed && { seed }) });
  expect(run()).toEqual(run(1));
  expect(run(2)).not.toEqual(run(1));
  expect(computeBootstrapInterval([[2], [2]], shareOf(2))).toEqual([2, 2]);
});

test("counts of texts add up to the BLEU score of the corpus", () => {
  const words = (text: string): string[] => text.split(" ");
  const found = ["a b c d e", "f g h i", "k l"].map(words);
  const references = [["a b c d x"], ["f g h z", "f g h i j"], ["k l"]].map((texts) => texts.map(words));
  const counts = found.map((text, index) => countBleu(text, references[index]!));
  const totals = counts.reduce((sum, each) => sum.map((value, index) => value + each[index]!));
  expect(scoreBleu(totals)).toBe(computeBleu(found, references));
  const [low, high] = computeBootstrapInterval(counts, (sums) =>
    scoreBleu(sums, { smoothing: "exponential" }),
  );
  expect(low).toBeLessThan(scoreBleu(totals));
  expect(high).toBeGreaterThan(scoreBleu(totals));
});

test("wrong arguments are rejected by name", () => {
  expect(() => computeBootstrapInterval([], () => 0)).toThrow(
    "computeBootstrapInterval: counts: found no examples, expected at least one",
  );
  expect(() => computeBootstrapInterval([[1, 2], [1]], () => 0)).toThrow(
    "found 1 counts in example 1, expected 2",
  );
  expect(() => computeBootstrapInterval([[1]], () => 0, { samples: 0 })).toThrow("samples: found 0");
  expect(() => countBleu(["a"], [])).toThrow("countBleu: references: found none, expected at least one");
  expect(() => scoreBleu([Number.NaN])).toThrow("scoreBleu: totals");
});
