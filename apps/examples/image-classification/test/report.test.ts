import type { ImageSet } from "@evenkeel/datasets";
import { imageNetStatistics } from "@evenkeel/datasets";
import { describe, expect, it } from "vitest";
import { makeImagePart } from "../src/images/image-part.ts";
import { drawConfusions } from "../src/report/confusions.ts";
import { describeFindings } from "../src/report/findings.ts";
import { report } from "../src/report/report.ts";
import { type RunResult, summarize, writeResultTable } from "../src/run-result.ts";
import type { ArmResult } from "../src/training/arm-result.ts";
import { compare } from "../src/training/test-results.ts";

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
  mistakes: [{ image: 3, label: 0, predicted: 1, probability: 0.75 }],
});

const result: RunResult = {
  date: "2030-01-02 03:04",
  version: "1.2.3",
  data: { name: "fashion-mnist", insteadOf: null },
  folder: "",
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
  it("have a summary with exactly the documented keys", () => {
    expect(summarize(result)).toEqual({
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
    const lines = writeResultTable(result).split("\n");
    expect(lines.shift()).toBe("Data: fashion-mnist");
    expect(lines[0]).toMatch(/with batch norm +without batch norm$/);
    expect(lines.find((line) => line.startsWith("steps to 85 %"))).toMatch(/50 +never$/);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  it("say if synthetic figures replace a set that could not be reached", () => {
    const standIn: RunResult = { ...result, data: { name: "synthetic", insteadOf: "mnist" } };
    expect(summarize(standIn)).toMatchObject({ dataset: "synthetic", synthetic: true });
    expect(writeResultTable(standIn)).toMatch(
      /^Data: synthetic data, made by the program: mnist is not on this machine and could not be reached\n/,
    );
  });
});

const images: ImageSet = {
  name: "test",
  images: Uint8Array.from({ length: 10 * 4 }, (_, index) => 6 * index),
  labels: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1),
  imageShape: [1, 2, 2],
  classes: ["<cat>", "dog"],
};
const testSet = makeImagePart(images, { batchSize: 2, seed: 1, augment: "none" }, imageNetStatistics);

describe("the report", () => {
  it("works offline and contains all parts", async () => {
    const page = await report(result, { test: testSet });
    expect(page).not.toMatch(/https?:|<script|<link/);
    expect(page.match(/<svg/g)).toHaveLength(5);
    expect(page).toContain("2030-01-02 03:04, Evenkeel 1.2.3");
    expect(page).toContain('<th scope="row">held-out accuracy</th><td class="number">91.00 %</td>');
    expect(page.match(/&(#60|lt);fc&(#62|gt);/g)!.length).toBeGreaterThan(1);
    expect(page).toContain("<b>&#60;cat&#62;</b> taken for dog, 75&nbsp;%");
    expect(page).not.toMatch(/<cat>|<fc>|NaN|undefined/);
  });

  it("does not contain images whose license forbids redistribution", async () => {
    const page = await report({ ...result, data: { name: "mnist", insteadOf: null } }, { test: testSet });
    expect(page).not.toContain("<img");
    expect(page).toContain("Not shown");
  });

  it("shows the images of a folder, which are the user's own, and names the folder", async () => {
    const page = await report(
      { ...result, data: { name: "folder", insteadOf: null }, folder: "/photos/cats" },
      { test: testSet },
    );
    expect(page).toContain("<img");
    expect(page).toContain("<title>Evenkeel: convnet on cats</title>");
    expect(page).toContain("/photos/cats, 58,000 training images");
  });

  it("lists the most frequent confusions of many classes", () => {
    const classes = Array.from({ length: 40 }, (_, label) => `class ${label}`);
    const confusion = classes.map((_, label) => classes.map((_, predicted) => Number(label === predicted)));
    confusion[3]![5] = 7;
    confusion[4]![0] = 9;
    const { heading, blocks } = drawConfusions([{ ...arm("batch", 50), confusion }], classes);
    expect(heading).toBe("The most frequent confusions");
    expect(blocks).toMatchObject([
      {
        rows: [
          ["class 4", "class 0", "9"],
          ["class 3", "class 5", "7"],
        ],
      },
    ]);
  });
});

describe("the findings", () => {
  const found = (batch: Partial<ArmResult>, none: Partial<ArmResult>): string => {
    const confusion = [[10_000]];
    const arms = [
      { ...arm("batch", 50), confusion, ...batch },
      { ...arm("none", null), confusion, ...none },
    ];
    return describeFindings({ ...result, arms }).join(" ");
  };

  it("depend only on the numbers, not on which arm is better", () => {
    const ahead = found({ testAccuracy: 0.9 }, { testAccuracy: 0.85 });
    expect(ahead).toContain(
      "With batch norm the network classified 90.00 % of 10,000 test images correctly, without it 85.00 %: 5.00 points more, beyond what chance",
    );
    expect(ahead).toContain("after 50 steps, without it never.");
    expect(ahead).toContain("1.00 times as long");
    expect(ahead).toContain("ends 1.00 points above and 6.00 points above that on test images");
    const behind = found({ testAccuracy: 0.85, stepsTo85: null }, { testAccuracy: 0.9, stepsTo85: 1200 });
    expect(behind).toContain("5.00 points less, beyond what chance alone can make");
    expect(behind).toContain(
      "It never classified 85 % of the held-out images correctly, without it after 1,200 steps.",
    );
  });

  it("say that a difference may be due to chance", () => {
    expect(found({ testAccuracy: 0.9 }, { testAccuracy: 0.895 })).toContain(
      "a difference of 0.50 points, no more than chance alone can make with so many images (0.84 points)",
    );
  });

  it("print large numbers without an exponent", () => {
    const spread = (factor: number) => ({
      gradientNorms: [
        { layer: "a", norm: 1 },
        { layer: "b", norm: factor },
      ],
    });
    expect(found(spread(1.04), spread(12_345))).toContain("by a factor of 1.0, without it of 12,000.");
  });

  it("say that a training diverged, and omit sizes that are not numbers", () => {
    const diverged = found({}, { testLoss: Number.NaN, gradientNorms: [{ layer: "a", norm: Number.NaN }] });
    expect(diverged).toContain("Without batch norm the training diverged.");
    expect(diverged).not.toMatch(/NaN|Infinity/);
  });

  it("describe a single arm too", () => {
    expect(describeFindings({ ...result, arms: [arm("none", null)] }).join(" ")).toBe(
      "Without batch norm the network classified 90.00 % of 10 test images correctly. It never classified 85 % of the held-out images correctly. The accuracy on held-out images ends 1.00 points above that on test images.",
    );
  });
});

describe("the results of a network on a test set", () => {
  it("compare the predictions with the labels", () => {
    const shares = [
      [0.8, 0.2],
      [0.4, 0.6],
      [0.1, 0.9],
      [0.7, 0.3],
    ];
    const logProbabilities = Float32Array.from(shares.flat(), Math.log);
    const { mistakes, ...rest } = compare(logProbabilities, {
      labels: Uint8Array.of(0, 0, 1, 1),
      classes: ["a", "b"],
    });
    expect(rest).toMatchObject({
      testAccuracy: 0.5,
      confusion: [
        [1, 1],
        [1, 1],
      ],
    });
    expect(rest.testLoss).toBeCloseTo(
      -(Math.log(0.8) + Math.log(0.4) + Math.log(0.9) + Math.log(0.3)) / 4,
      5,
    );
    expect(mistakes.map(({ image, label, predicted }) => [image, label, predicted])).toEqual([
      [3, 1, 0],
      [1, 0, 1],
    ]);
    expect(mistakes[0]!.probability).toBeCloseTo(0.7, 5);
  });
});
