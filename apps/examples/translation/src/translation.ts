import { readFileSync } from "node:fs";
import type { Figure, RunResult, Session, Task, TrainedArm } from "@evenkeel/example-task";
import type { Translator } from "@evenkeel/models";
import { trainArm } from "./arm.ts";
import { type ArmResult, armResultRules, type Measurements, measurementRules } from "./arm-result.ts";
import { type Data, loadData } from "./data.ts";
import { type Description, describeNetwork, makeNetwork, readEncoding } from "./networks.ts";
import { type Normalization, type Options, settings } from "./options.ts";
import { predictSentences } from "./predict.ts";
import { drawReportOf } from "./report/report.ts";
import { summarize, writeResultTable } from "./run-result.ts";
import { scoreTranslations } from "./translate.ts";
import { formatBleu, formatInterval } from "./words.ts";

/** Trains a translator with batch norm in its encoder and one with layer norm, and compares the two. */
export const translation: Task<Options, Data, Description, Measurements, ArmResult> = {
  name: "translation",
  command: "pnpm example translation",
  help: readFileSync(new URL("help.txt", import.meta.url), "utf8").trimEnd(),
  settings,
  compared: ["batch", "layer"],
  quick: {
    epochs: 1,
    pairs: 1200,
    vocabulary: 800,
    encoderLayers: 1,
    decoderLayers: 1,
    batchTokens: 500,
    beams: 2,
  },
  measurementRules,
  resultRules: armResultRules,
  loadData,
  describeModel: describeNetwork,
  makeModel: (description, options, normalization) =>
    makeNetwork(description, options, normalization as Normalization),
  trainArm,
  summarize,
  writeTable: writeResultTable,
  drawReport: drawReportOf,
  listFigures,
  evaluate: evaluateTranslator,
  predicts: "sentences",
  predict: predictSentences,
};

const literature: { readonly [model: string]: string } = {
  transformer: "39 to 41: Transformer-Tiny, text alone, BLEU of tokenized text (Wu et al. 2021)",
};

function listFigures({ arms, data, options }: RunResult<Options, ArmResult>): readonly Figure[] {
  return arms.map(({ normalization, testBleu, testBleuInterval, processorSeconds }) => ({
    name: `${data.name}-${options.model}`,
    dataset: `${data.name}, test_2016_flickr, en-de`,
    normalization,
    metric: "BLEU, cased, 13a",
    value: testBleu,
    interval: testBleuInterval,
    literature: literature[options.model] ?? "none for this network",
    minutes: processorSeconds / 60,
  }));
}

/** Translates the test set again; returns the lines to print. */
async function evaluateTranslator(
  { model, description, options: { beams } }: TrainedArm<Options, Description>,
  { test }: Data,
  { signal }: Session,
): Promise<readonly string[]> {
  const encoding = readEncoding(description);
  const { bleu, interval, chrF } = await scoreTranslations(model as Translator, test, {
    encoding,
    beams,
    signal,
  });
  return [
    `${beams} beams: BLEU ${formatBleu(bleu)} (${formatInterval(interval)}), chrF ${formatBleu(chrF)}, of ${test.length} sentences`,
  ];
}
