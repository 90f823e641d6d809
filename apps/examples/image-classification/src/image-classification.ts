import { readFileSync } from "node:fs";
import type { Figure, RunResult, Task } from "@evenkeel/example-task";
import { type Data, loadData } from "./data.ts";
import { type Normalization, type Options, settings } from "./options.ts";
import { predictPictures } from "./predict.ts";
import { report } from "./report/report.ts";
import { describeRun, summarize, writeResultTable } from "./run-result.ts";
import { trainArm } from "./training/arm.ts";
import { type ArmResult, armResultRules } from "./training/arm-result.ts";
import { type Measurements, measurementRules } from "./training/measurements.ts";
import { type Description, describeNetwork, makeNetwork } from "./training/networks.ts";
import { evaluateNetwork } from "./training/test-results.ts";

/** Trains one network with and without batch normalization on images, and compares the two. */
export const imageClassification: Task<Options, Data, Description, Measurements, ArmResult> = {
  name: "image-classification",
  command: "npm start --",
  // In a file of its own, so that it can be shown before the setup.
  help: readFileSync(new URL("help.txt", import.meta.url), "utf8").trimEnd(),
  settings,
  compared: ["batch", "none"],
  quick: { epochs: 1, images: 6000 },
  measurementRules,
  resultRules: armResultRules,
  loadData,
  describeModel: describeNetwork,
  makeModel: (description, options, normalization) =>
    makeNetwork(description, options, normalization as Normalization),
  trainArm,
  summarize: (result, data) => summarize(describeRun(result, data)),
  writeTable: (result, data) => writeResultTable(describeRun(result, data)),
  drawReport: (result, data) => report(describeRun(result, data), data),
  listFigures,
  evaluate: evaluateNetwork,
  predicts: "pictures (PNG, JPEG or WebP)",
  predict: predictPictures,
};

const literature: { readonly [dataset: string]: string } = {
  "fashion-mnist":
    "0.947 to 0.967: residual networks of 0.2 to 8.9 million parameters with augmentation, in the data set's list of results",
  cifar10: "0.9125: ResNet-20 on all 50,000 images (He et al. 2016, table 6)",
};

function listFigures({ arms, data, options }: RunResult<Options, ArmResult>): readonly Figure[] {
  return arms.map(({ normalization, testAccuracy, trainingSeconds }) => ({
    name: `${data.name}-${options.model}`,
    dataset: data.name,
    normalization,
    metric: "test accuracy",
    value: testAccuracy,
    literature: literature[data.name] ?? "",
    minutes: trainingSeconds / 60,
  }));
}
