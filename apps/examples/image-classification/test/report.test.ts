import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { formatDuration, progressLine } from "../src/progress.ts";
import { lineChart } from "../src/report/chart.ts";
import { type RunResult, resultTable, summaryOf } from "../src/run-result.ts";
import type { ArmResult } from "../src/training/arm-result.ts";

const arm = (normalization: "batch" | "none", stepsTo85: number | null): ArmResult => ({
  normalization,
  parameters: 12345,
  epochs: 2,
  testAccuracy: 0.9,
  testLoss: 0.3,
  finalHeldOutAccuracy: 0.91,
  stepsTo85,
  imagesPerSecond: 1000.4,
  trainingSeconds: 10,
  losses: [
    [1, 2.3],
    [2, 1.1],
  ],
  heldOutAccuracy: [[25, 0.5]],
  gradientNorms: [
    { layer: "conv1", norm: 0.5 },
    { layer: "<fc>", norm: 2 },
  ],
  confusion: [
    [5, 1],
    [0, 4],
  ],
  mistakes: [{ image: 3, label: 0, taken: 1, probability: 0.75 }],
});

const result: RunResult = {
  data: { name: "fashion-mnist", insteadOf: null },
  model: "convnet",
  backend: "cpu",
  device: "WebAssembly SIMD, 2 threads",
  threads: 2,
  seed: 1,
  batchSize: 128,
  learningRate: 0.05,
  trainImages: 58000,
  arms: [arm("batch", 50), arm("none", null)],
};

describe("results", () => {
  it("have a summary with just the promised keys", () => {
    expect(summaryOf(result)).toEqual({
      dataset: "fashion-mnist",
      synthetic: false,
      backend: "cpu",
      device: "WebAssembly SIMD, 2 threads",
      threads: 2,
      seed: 1,
      arms: [
        {
          normalization: "batch",
          testAccuracy: 0.9,
          stepsTo85: 50,
          imagesPerSecond: 1000.4,
          epochs: 2,
          parameters: 12345,
        },
        {
          normalization: "none",
          testAccuracy: 0.9,
          stepsTo85: null,
          imagesPerSecond: 1000.4,
          epochs: 2,
          parameters: 12345,
        },
      ],
    });
  });

  it("have a table with a column for each arm", () => {
    const lines = resultTable(result).split("\n");
    expect(lines.shift()).toBe("Data: fashion-mnist");
    expect(lines[0]).toMatch(/with batch norm +without batch norm$/);
    expect(lines.find((line) => line.startsWith("steps to 85 %"))).toMatch(/50 +never$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it("say where drawn figures stand in for a set that could not be reached", () => {
    const standIn: RunResult = { ...result, data: { name: "synthetic", insteadOf: "mnist" } };
    expect(summaryOf(standIn)).toMatchObject({ dataset: "synthetic", synthetic: true });
    expect(resultTable(standIn)).toMatch(
      /^Data: synthetic figures, drawn by the program: mnist is not on this machine and could not be reached\n/,
    );
  });
});

describe("charts", () => {
  const series = (points: [number, number][]) => [{ name: "a", color: "red", points }];

  it("place the ends of a line at the ends of the axes", () => {
    const svg = lineChart({
      title: "t",
      xLabel: "x",
      yLabel: "y",
      series: series([
        [0, 1],
        [10, 3],
      ]),
    });
    expect(svg).toContain('points="58.0,248.0 504.0,54.0"');
  });

  it("leave out what a logarithm or an axis cannot show", () => {
    const points: [number, number][] = [
      [0, 1],
      [1, Number.NaN],
      [2, 0],
      [3, 100],
    ];
    const svg = lineChart({
      title: "t",
      xLabel: "x",
      yLabel: "y",
      logarithmic: true,
      series: series(points),
    });
    expect(/points="([^"]*)"/.exec(svg)![1]!.split(" ")).toHaveLength(2);
    expect(lineChart({ title: "t", xLabel: "x", yLabel: "y", series: series([]) })).not.toContain("NaN");
    expect(lineChart({ title: "t", xLabel: "x", yLabel: "y", series: series([[1, 5]]) })).not.toContain(
      "NaN",
    );
  });
});

describe("progress", () => {
  it("prints every tenth without a terminal", () => {
    const stream = new PassThrough();
    const line = progressLine(stream);
    for (let done = 1; done <= 40; done++) line.update({ label: "a", done, total: 40, detail: `d${done}` });
    line.finish();
    const lines = stream.read().toString().trim().split("\n");
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe("a  40/40  d40");
  });

  it("formats durations", () => {
    expect([0, 65, 7384].map(formatDuration)).toEqual(["0:00", "1:05", "2:03:04"]);
  });
});
