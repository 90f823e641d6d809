import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { experiments } from "../src/experiments/index.ts";
import { writeMarkdown } from "../src/report/markdown.ts";
import { readResults } from "../src/result.ts";

const app = join(import.meta.dirname, "..");
const docs = join(app, "..", "..", "docs");
const results = readResults(join(app, "results"));

it("docs/evidence.md shows the recorded results: `pnpm evidence report` writes it", () => {
  const findings = experiments.map((experiment) => ({ experiment, result: results.get(experiment.id) }));
  const { text, charts } = writeMarkdown(findings);
  expect(readFileSync(join(docs, "evidence.md"), "utf8")).toBe(text);
  for (const { path, svg } of charts) expect(readFileSync(join(docs, path), "utf8"), path).toBe(svg);
});

it("results belong to experiments, and judge by the thresholds that stand there", () => {
  for (const [id, { thresholds, claim }] of results) {
    const experiment = experiments.find((one) => one.id === id)!;
    expect(claim).toBe(experiment.claim);
    const stated = experiment.thresholds.map(({ measure, expected }) => ({ measure, expected }));
    expect(thresholds.map(({ measure, expected }) => ({ measure, expected }))).toEqual(stated);
  }
});

it("experiments have ids of their own, in order", () => {
  const numbers = experiments.map(({ id }) => Number(id.slice(1)));
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
  expect(new Set(numbers).size).toBe(numbers.length);
});
