import { readFileSync } from "node:fs";
import type { Figure, RunResult, Task } from "@evenkeel/example-task";
import { type Data, loadData } from "./data.ts";
import { type Description, describeModel, makeModel } from "./network.ts";
import { type Normalization, type Options, settings } from "./options.ts";
import { predictBoxes } from "./predict.ts";
import { drawRunReport } from "./report/report.ts";
import { summarize, writeResultTable } from "./run-result.ts";
import { trainArm } from "./training/arm.ts";
import {
  type ArmResult,
  armResultRules,
  type Measurements,
  measurementRules,
} from "./training/arm-result.ts";
import { evaluateDetector } from "./training/test-results.ts";

/** Trains a one-stage detector with and without batch normalization on pictures of blood cells, and compares the two. */
export const objectDetection: Task<Options, Data, Description, Measurements, ArmResult> = {
  name: "object-detection",
  command: "pnpm example object-detection train",
  // In a file of its own, so that it can be shown before the setup.
  help: readFileSync(new URL("help.txt", import.meta.url), "utf8").trimEnd(),
  settings,
  compared: ["batch", "none"],
  quick: { epochs: 4, images: 40 },
  measurementRules,
  resultRules: armResultRules,
  loadData,
  describeModel,
  makeModel: (description, options, normalization) =>
    makeModel(description, options, normalization as Normalization),
  trainArm,
  summarize,
  writeTable: writeResultTable,
  drawReport: drawRunReport,
  listFigures,
  evaluate: evaluateDetector,
  predicts: "pictures (PNG, JPEG or WebP)",
  predict: predictBoxes,
};

/** The published figures begin with weights of other sets and have splits of their own: they are an upper bound. */
const literature =
  "0.86 to 0.947 from pretrained weights and on other splits: YOLO-Dense and NBCDC-YOLOv8, as in Mathematics 2025, 13(18), 3023";

function listFigures({ arms, data, options }: RunResult<Options, ArmResult>): readonly Figure[] {
  return arms.map(({ normalization, score, scoreInterval, processorSeconds }) => ({
    name: options.testedOn === "test" ? data.name : `${data.name}-${options.testedOn}`,
    dataset: data.name,
    normalization,
    metric: `mAP at an overlap of 0.5 (VOC, all points) on the ${options.testedOn} pictures`,
    value: score,
    interval: scoreInterval as readonly [number, number],
    literature: data.name === "bccd" ? literature : "",
    minutes: processorSeconds / 60,
  }));
}
