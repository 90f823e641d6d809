import { readFileSync } from "node:fs";
import type { Task } from "@evenkeel/example-task";
import { type Data, loadData } from "./data/data.ts";
import { type Normalization, type Options, settings } from "./options.ts";
import { predictTexts } from "./predict.ts";
import { drawReport } from "./report.ts";
import { listFigures, summarize, writeResultTable } from "./run-result.ts";
import { trainArm } from "./training/arm.ts";
import { type Description, describeNetwork, makeNetwork } from "./training/networks.ts";
import { type ArmResult, armResultRules, type Measurements, measurementRules } from "./training/results.ts";
import { evaluateNetwork } from "./training/test-network.ts";

/** Trains a convolutional network with and without batch normalization on sentences or news, and compares the two. */
export const textClassification: Task<Options, Data, Description, Measurements, ArmResult> = {
  name: "text-classification",
  command: "pnpm example text-classification",
  // In a file of its own, so that it can be shown before the setup.
  help: readFileSync(new URL("help.txt", import.meta.url), "utf8").trimEnd(),
  settings,
  compared: ["batch", "none"],
  quick: { epochs: 3, texts: 2000, batchSize: 50, learningRate: 0.01 },
  measurementRules,
  resultRules: armResultRules,
  loadData,
  describeModel: describeNetwork,
  makeModel: (description, options, normalization) =>
    makeNetwork(description, options, normalization as Normalization),
  trainArm,
  summarize,
  writeTable: writeResultTable,
  drawReport,
  listFigures,
  evaluate: evaluateNetwork,
  predicts: "texts",
  predict: predictTexts,
};
