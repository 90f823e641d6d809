import { syntheticCells } from "@evenkeel/datasets";
import { describe, expect, it } from "vitest";
import type { BoxExample, Data } from "../src/data.ts";
import { describeModel } from "../src/network.ts";
import { objectDetection } from "../src/object-detection.ts";
import { type Options, settings } from "../src/options.ts";
import { describeFindings } from "../src/report/findings.ts";
import { countAll, listExamples, listMistakes } from "../src/report/pictures.ts";
import type { Result } from "../src/run-result.ts";
import type { ArmResult } from "../src/training/arm-result.ts";

const options = Object.fromEntries(
  Object.entries(settings).map(([name, { defaultValue }]) => [name, defaultValue]),
) as unknown as Options;

/** A picture with two objects, of the classes 0 and 2. */
const example: BoxExample = {
  image: { data: new Uint8Array(3 * 8 * 8), shape: [3, 8, 8] },
  boxes: { data: Float32Array.of(0, 0, 4, 4, 5, 5, 8, 8), shape: [2, 4] },
  labels: Int32Array.of(0, 2),
};
const empty: BoxExample = {
  ...example,
  boxes: { data: new Float32Array(0), shape: [0, 4] },
  labels: new Int32Array(0),
};
const data: Data = {
  name: "bccd",
  insteadOf: null,
  train: [example],
  test: [example, empty],
  classes: ["RBC", "WBC", "Platelets"],
  boxesWithoutArea: 2,
};

/** It finds the first object, takes the second for another class, and is not sure of something in the empty picture. */
const arm: ArmResult = {
  normalization: "batch",
  parameters: 1000,
  epochs: 2,
  trainPictures: 1,
  score: 0.5,
  scoreInterval: [0.4, 0.6],
  elevenPointScore: 0.52,
  cocoScore: 0.25,
  classes: [
    { name: "RBC", truths: 1, averagePrecision: 1, curve: [[1, 1]] },
    { name: "WBC", truths: 0, averagePrecision: Number.NaN, curve: [[Number.NaN, 0]] },
    { name: "Platelets", truths: 1, averagePrecision: 0, curve: [] },
  ],
  pictures: [
    {
      picture: 0,
      detections: [
        [0, 0, 4, 4, 0.9, 0],
        [5, 5, 8, 8, 0.8, 1],
      ],
      right: [true, false],
    },
    { picture: 1, detections: [[0, 0, 2, 2, 0.3, 0]], right: [false] },
  ],
  testLoss: { total: 2, boxes: 0.2, objectness: 0.5, classes: 0.5 },
  trainingSeconds: 120,
  processorSeconds: 90,
  losses: [
    [1, 5],
    [2, 4],
  ],
};
const result: Result = {
  date: "2026-11-30 12:00",
  version: "0.0.0",
  data: { name: "bccd", insteadOf: null },
  options,
  backend: "cpu",
  device: "a processor",
  threads: 1,
  arms: [
    arm,
    { ...arm, normalization: "none", score: 0.25, testLoss: { ...arm.testLoss, total: Number.NaN } },
  ],
};

describe("the report", () => {
  it("counts what is right, wrong and missed, without uncertain detections", () => {
    expect(countAll(arm, data.test)).toEqual({ right: 1, wrong: 1, missed: 1 });
    const [mistake, ...others] = listMistakes(arm, data);
    expect([mistake!.caption, others]).toEqual(["1 right, 1 wrong, 1 missed", []]);
    expect(mistake!.boxes!.map(({ label, isDashed }) => [label, isDashed])).toEqual([
      ["Platelets", true],
      ["RBC 90 %", false],
      ["WBC 80 %", false],
    ]);
    expect(listExamples(arm, data)).toHaveLength(1);
  });

  it("says what was found, whichever arm is better, and what diverged", () => {
    const text = describeFindings(result, data).join(" ");
    expect(text).toContain(
      "With batch norm the detector reaches a mean average precision of 0.500 on 2 test pictures (95 % interval over the pictures: 0.400 to 0.600).",
    );
    expect(text).toContain("That is 0.250 more with batch norm than without.");
    expect(text).toContain("1 are right and 1 wrong, and 1 objects are missed.");
    expect(text).toContain("Hardest with batch norm: Platelets, with an average precision of 0.000.");
    expect(text).toContain("Without batch norm the training diverged.");
    const swapped = { ...result, arms: [{ ...arm, score: 0.1 }, result.arms[1]!] };
    expect(describeFindings(swapped, data).join(" ")).toContain("That is 0.150 less with batch norm");
  });

  it("is a page, a table, a summary, and figures", () => {
    const page = objectDetection.drawReport(result, data);
    expect(page).toContain("2 boxes without area left out");
    expect(page).toContain("Platelets: precision over recall (1 objects)");
    expect(objectDetection.writeTable(result, data)).toMatch(/AP of WBC +none +none/);
    const summary = objectDetection.summarize(result, data);
    expect(summary).toMatchObject({
      dataset: "bccd",
      testPictures: 2,
      arms: [{ score: 0.5 }, { score: 0.25 }],
    });
    expect(JSON.stringify(summary)).not.toContain("detections");
    expect(objectDetection.listFigures(result)[0]).toMatchObject({
      name: "bccd",
      value: 0.5,
      interval: [0.4, 0.6],
      minutes: 1.5,
    });
    const tuned = { ...result, options: { ...options, testedOn: "validation" as const } };
    expect(objectDetection.listFigures(tuned)[0]!.name).toBe("bccd-validation");
  });
});

describe("the network", () => {
  it("has the anchors and the statistics of the training pictures", async () => {
    const cells = syntheticCells({ count: 6, seed: 2, part: "train", size: [64, 96] });
    const train = await Promise.all(Array.from({ length: 6 }, (_, index) => cells.get(index)));
    const description = describeModel({ ...data, train });
    expect(description.anchors).toHaveLength(5);
    expect(description.anchorOverlap).toBeGreaterThan(0.6);
    expect(description.statistics.mean.every((mean) => mean > 0.5 && mean < 1)).toBe(true);
  });
});
