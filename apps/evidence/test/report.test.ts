import { describe, expect, it } from "vitest";
import { drawHtml } from "../src/report/html.ts";
import { writeMarkdown } from "../src/report/markdown.ts";
import { makeResult } from "../src/result.ts";
import { summarizeRatio } from "../src/statistics/summaries.ts";
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

  it.each([[[2, 3, 4]], [[Number.NaN, 1, 1]], [[Number.POSITIVE_INFINITY, 1, 1]]])(
    "reports %j as missed",
    (values) => {
      const { verdict, thresholds } = makeResult(sampleExperiment, makeOutcomes(...values), origin);
      expect(thresholds[0]!.isMet).toBe(false);
      expect(verdict).toBe("contradicted");
    },
  );

  it("compares groups of the same seeds by the ratio of their means", () => {
    const { value, interval } = summarizeRatio("ratio", [1, 2, 3], [2, 4, 6]);
    expect(value).toBe(0.5);
    expect(interval).toEqual([0.5, 0.5]);
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
