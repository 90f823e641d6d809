import { describe, expect, it } from "vitest";
import type { Outcome } from "../src/experiment.ts";
import { readRate, selectBestRate } from "../src/outcomes.ts";
import { drawHtml } from "../src/report/html.ts";
import { writeMarkdown } from "../src/report/markdown.ts";
import { makeResult } from "../src/result.ts";
import { summarizeDifference, summarizeRatio } from "../src/statistics/summaries.ts";
import { makeOutcomes, sampleExperiment } from "./sample-experiment.ts";

const origin = { minutes: 0.123, commit: "abc" };

describe("the result of an experiment", () => {
  it("holds the measures against the thresholds", () => {
    const result = makeResult(sampleExperiment, makeOutcomes(1, 2, 3), origin);
    expect(result).toMatchObject({
      id: "E0",
      claim: "robustness",
      verdict: "supported",
      thresholds: [{ measure: "mean", expected: "at most 2", isMet: true }],
      measures: { mean: 2 },
      seeds: 3,
      minutes: 0.1,
      commit: "abc",
    });
    const [low, high] = result.intervals.mean!;
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(3);
    expect(low!).toBeLessThan(high!);
  });

  it.each([
    [[2, 3, 4], "contradicted"],
    [[1, 3, 3], "not supported"],
    [[Number.NaN, 1, 1], "not supported"],
    [[Number.POSITIVE_INFINITY, 1, 1], "not supported"],
  ] as const)("reports %j as missed: %s", (values, expected) => {
    const { verdict, thresholds } = makeResult(sampleExperiment, makeOutcomes(...values), origin);
    expect(thresholds[0]!.isMet).toBe(false);
    expect(verdict).toBe(expected);
  });

  it("compares groups of the same seeds by the ratio of their means", () => {
    const { value, interval } = summarizeRatio("ratio", [1, 2, 3], [2, 4, 6]);
    expect(value).toBe(0.5);
    expect(interval).toEqual([0.5, 0.5]);
  });

  it("compares groups of the same seeds by their mean difference, more strictly than at 95 %", () => {
    const { value, interval } = summarizeDifference("difference", [2, 4, 6], [1, 2, 3]);
    expect(value).toBe(2);
    // Student's t at 95 % would give 2 -+ 2.48.
    expect(interval[1] - interval[0]).toBeGreaterThan(2 * 2.48);
    expect((interval[0] + interval[1]) / 2).toBeCloseTo(2, 12);
  });
});

describe("the best learning rate", () => {
  const makeOutcome = (arm: string, rate: number, heldOut: number): Outcome => ({
    trial: { id: `${arm}-${rate}-${heldOut}`, seed: 1, setting: { arm, rate } },
    numbers: { heldOut },
    series: {},
  });
  const score = ({ heldOut }: Outcome["numbers"]): number => heldOut!;

  it("is that with the best mean score of its arm; a rate that diverged is not", () => {
    const outcomes = [
      makeOutcome("batch", 0.1, 0.5),
      makeOutcome("batch", 0.1, 0.7),
      makeOutcome("batch", 1, 0.9),
      makeOutcome("batch", 1, Number.NaN),
      makeOutcome("none", 3, 1),
    ];
    const best = selectBestRate(outcomes, "batch", score);
    expect(best).toEqual(outcomes.slice(0, 2));
    expect(readRate(best)).toBe(0.1);
  });
});

describe("the report", () => {
  const result = makeResult(sampleExperiment, makeOutcomes(2, 3, 4), origin);

  it("is a page that works offline, with the verdict, the threshold and the charts", () => {
    const page = drawHtml([{ experiment: sampleExperiment, result }]);
    for (const text of ["Verdict: contradicted", "missed", "at most 2", "Take small seeds.", "<svg"]) {
      expect(page).toContain(text);
    }
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it("is Markdown with charts as files, and names what was not run", () => {
    const other = { ...sampleExperiment, id: "E99", title: "Nothing" };
    const { text, charts } = writeMarkdown([
      { experiment: sampleExperiment, result },
      { experiment: other, result: undefined },
    ]);
    expect(charts.map(({ path }) => path)).toEqual(["evidence/e0-1.svg"]);
    expect(charts[0]!.svg).toMatch(/^<svg/);
    expect(text).toContain("![The seeds](evidence/e0-1.svg)");
    expect(text).toContain("| mean | 3 |");
    expect(text).toContain("| E99 | The mean of the seeds is at most 2. | not run yet |");
    expect(text).toContain("3 seeds, 0.1 minutes of processor time");
  });
});
