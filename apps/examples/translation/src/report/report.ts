import { describeData, formatLoss, type RunResult } from "@evenkeel/example-task";
import { drawReport, type Section, type Table } from "@evenkeel/report";
import type { ArmResult } from "../arm-result.ts";
import type { Data } from "../data.ts";
import type { Options } from "../options.ts";
import { describeArm, formatBleu } from "../words.ts";
import { listCurves } from "./curves.ts";
import { describeFindings } from "./findings.ts";
import { drawLengths, drawScores, listWorst } from "./hard-sentences.ts";

type Result = RunResult<Options, ArmResult>;

/** The report as one HTML page: findings, a table, curves, and what was hard to translate. */
export function drawReportOf(result: Result, { test, train }: Data): string {
  const { arms, options, data } = result;
  return drawReport({
    title:
      arms.length > 1
        ? "The same translator with batch norm and with layer norm"
        : `A translator ${describeArm(arms[0]!.normalization)}`,
    name: `Evenkeel: ${options.model} on ${data.name}`,
    setting: describeSetting(result, train.length),
    findings: describeFindings(result, test),
    sections: [
      { blocks: [makeTable(arms), ...listCurves(arms)] },
      {
        heading: "What was hard",
        note: "Lines are 95 % intervals over the sentences.",
        blocks: [drawScores(arms), drawLengths(arms, test)],
      },
      ...describeWorst(arms, test),
    ],
  });
}

function describeSetting(result: Result, trainingPairs: number): string[] {
  const { data, options, device, date, version } = result;
  const { model, width, encoderLayers, decoderLayers, vocabulary, dropout, batchTokens } = options;
  const { learningRate, epochs, beams, seed } = options;
  return [
    `${describeData(data)}, ${trainingPairs.toLocaleString("en")} training pairs; ${model} of width ${width}, ${encoderLayers} + ${decoderLayers} layers, ${vocabulary.toLocaleString("en")} tokens`,
    `dropout ${dropout}, batches of ${batchTokens.toLocaleString("en")} tokens, learning rate ${learningRate}, ${epochs} epochs, ${beams} beams, seed ${seed}; ${device}`,
    `${date}, Evenkeel ${version}`,
  ];
}

function makeTable(arms: readonly ArmResult[]): Table {
  const last = (points: ArmResult["losses"], digits: number): string =>
    points.length === 0 ? "" : formatLoss(points.at(-1)![1], digits);
  const minutes = (seconds: number): string => (seconds / 60).toFixed(1);
  const rows: [string, (arm: ArmResult) => string][] = [
    ["test BLEU, beam search", ({ testBleu }) => formatBleu(testBleu)],
    ["95 % interval", ({ testBleuInterval }) => testBleuInterval.map(formatBleu).join(" to ")],
    ["test BLEU, greedy", ({ greedyTestBleu }) => formatBleu(greedyTestBleu)],
    ["test chrF", ({ testChrF }) => formatBleu(testChrF)],
    ["validation BLEU, greedy", ({ validationBleu }) => last(validationBleu, 1)],
    ["validation perplexity", ({ validationPerplexity }) => last(validationPerplexity, 2)],
    ["epochs", ({ epochs }) => String(epochs)],
    ["parameters", ({ parameters }) => parameters.toLocaleString("en")],
    ["minutes of training", ({ trainingSeconds }) => minutes(trainingSeconds)],
    ["minutes of the processor", ({ processorSeconds }) => minutes(processorSeconds)],
  ];
  return {
    kind: "table",
    columns: [{ name: "" }, ...arms.map(({ normalization }) => ({ name: describeArm(normalization) }))],
    rows: rows.map(([name, cell]) => [name, ...arms.map(cell)]),
  };
}

/** The sentences that were translated worst, beside what a person wrote. */
function describeWorst(arms: readonly ArmResult[], test: Data["test"]): Section[] {
  return arms.map((arm) => ({
    heading: `Worst translations ${describeArm(arm.normalization)}`,
    note: "The lowest BLEU scores of single sentences, smoothed; there are good translations among them that use other words.",
    blocks: [listWorst(arm, test)],
  }));
}
