import { describe, expect, it } from "vitest";
import type { Data } from "../src/data/data.ts";
import { describeFindings } from "../src/findings.ts";
import { type Normalization, type Options, settings } from "../src/options.ts";
import { drawReport } from "../src/report.ts";
import { listFigures, type Result, summarize, summarizeArm, writeResultTable } from "../src/run-result.ts";
import type { ArmResult, FoldResult } from "../src/training/results.ts";

const options = Object.fromEntries(
  Object.entries(settings).map(([name, { defaultValue }]) => [name, defaultValue]),
) as unknown as Options;

/** A part with 100 texts of two classes. */
const makeFold = (right: number, probability = 0.75): FoldResult => ({
  confusion: [
    [right, 60 - right],
    [10, 30],
  ],
  lossSum: 40,
  mistakes: [{ text: `a <text> of ${probability}`, label: 0, predicted: 1, probability }],
  epochs: [
    { loss: 0.7, accuracy: Number.NaN },
    { loss: right / 100, accuracy: Number.NaN },
  ],
  seconds: 30,
  trainedTexts: 900,
});

const makeArm = (normalization: Normalization, ...folds: FoldResult[]): ArmResult => ({
  normalization,
  parameters: 12_345,
  trainingSeconds: 30 * folds.length,
  folds,
});

const makeResult = (...arms: ArmResult[]): Result => ({
  date: "2030-01-02 03:04",
  version: "1.2.3",
  data: { name: "mr", insteadOf: null },
  options,
  backend: "cpu",
  device: "WebAssembly SIMD",
  threads: 1,
  arms,
});

const data: Data = {
  name: "mr",
  insteadOf: null,
  classes: ["negative", "positive"],
  folds: [{ train: [{ text: "good", label: 1 }], validation: [], test: [] }],
};

const both = makeResult(
  makeArm("batch", makeFold(55), makeFold(57, 0.99)),
  makeArm("none", makeFold(53), makeFold(20)),
);

describe("an arm", () => {
  it("is summarized over all of its parts", () => {
    const { accuracy, interval, loss, texts, textsPerSecond, foldAccuracies } = summarizeArm(both.arms[0]!);
    expect({ accuracy, loss, texts, textsPerSecond, foldAccuracies }).toEqual({
      accuracy: 0.86,
      loss: 0.4,
      texts: 200,
      textsPerSecond: 30,
      foldAccuracies: [0.85, 0.87],
    });
    // Wilson's interval of 172 of 200, from the formula by hand.
    expect(interval.map((bound) => bound.toFixed(4))).toEqual(["0.8051", "0.9013"]);
  });
});

describe("a run", () => {
  it("is described by its numbers alone", () => {
    expect(describeFindings(both)).toEqual([
      "With masked batch norm the network classified 86.00 % of 200 texts correctly in 2-fold cross-validation.",
      "Without batch norm it classified 66.50 %: 19.50 points fewer, beyond what chance alone can make with so many texts (8.12 points).",
      "This is one run of each with seed 1: another seed changes these figures.",
    ]);
    const diverged = { ...makeFold(55), lossSum: Number.NaN };
    const near = makeResult(makeArm("batch", makeFold(55)), makeArm("batch-unmasked", diverged));
    expect(describeFindings(near).slice(1)).toEqual([
      "With batch norm that counts padding it classified 85.00 %: a difference of 0.00 points, no more than chance alone can make with so many texts (9.90 points).",
      "This is one run of each with seed 1: another seed changes these figures.",
      "With batch norm that counts padding the training diverged.",
    ]);
  });

  it("has figures with the published one beside them", () => {
    expect(listFigures(both)[0]).toMatchObject({
      name: "mr-words",
      normalization: "batch",
      metric: "accuracy, 2-fold cross-validation",
      value: 0.86,
      literature: expect.stringContaining("0.761"),
      minutes: 1,
    });
  });

  it("is summarized for programs and in a table", () => {
    expect(summarize(both)).toMatchObject({
      dataset: "mr",
      synthetic: false,
      arms: [
        { normalization: "batch", accuracy: 0.86 },
        { normalization: "none", accuracy: 0.665 },
      ],
    });
    expect(writeResultTable(both)).toMatch(
      /^Data: mr\n +masked batch norm +no batch norm\ntest accuracy +86\.00 % +66\.50 %\n/,
    );
  });

  it("is drawn with both arms, the parts and the worst mistakes, which are escaped", () => {
    const page = drawReport(both, data);
    for (const text of [
      "86.00 %",
      "66.50 %",
      "Accuracy of each part",
      "Confusion matrices",
      "a &#60;text&#62; of 0.99",
      "99.00 %",
    ])
      expect(page).toContain(text);
    // Nothing was held out.
    expect(page).not.toContain("Accuracy on held-out texts");
  });
});
