import { mkdtemp, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { lineChart } from "../src/chart.ts";
import { formatDuration, progressLine } from "../src/progress.ts";
import {
  type ArmResult,
  pointLatestTo,
  type RunResult,
  resultTable,
  summaryOf,
  writeResults,
} from "../src/results.ts";

const arm = (normalization: "batch" | "none", stepsTo85: number | null): ArmResult => ({
  normalization,
  parameters: 12345,
  epochs: 2,
  testAccuracy: 0.9,
  testLoss: 0.3,
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
});

const result: RunResult = {
  dataset: "fashion-mnist",
  synthetic: false,
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
    expect(lines[0]).toMatch(/with batch norm +without batch norm$/);
    expect(lines.find((line) => line.startsWith("steps to 85 %"))).toMatch(/50 +never$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it("are written with a report that needs no network, and `latest` follows", async () => {
    const folder = await mkdtemp(join(tmpdir(), "evenkeel-results-"));
    try {
      for (const name of ["first", "second"]) {
        await writeResults(join(folder, name), result);
        await pointLatestTo(join(folder, name));
        expect(await readlink(join(folder, "latest"))).toBe(name);
      }
      const page = await readFile(join(folder, "latest", "report.html"), "utf8");
      expect(page).not.toMatch(/https?:|<script|<link/);
      expect(page.match(/<svg/g)).toHaveLength(3);
      expect(page).toContain("&#60;fc&#62;");
    } finally {
      await rm(folder, { recursive: true });
    }
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
