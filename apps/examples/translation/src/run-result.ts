import { describeData, formatLoss, formatTable, type RunResult } from "@evenkeel/example-task";
import type { ArmResult } from "./arm-result.ts";
import type { Data } from "./data.ts";
import type { Options } from "./options.ts";
import { describeArm, formatBleu } from "./words.ts";

type Result = RunResult<Options, ArmResult>;

/** The contents of `summary.json`, for other programs. */
export function summarize({ data, backend, device, threads, options, arms }: Result): object {
  return {
    dataset: data.name,
    synthetic: data.name === "synthetic",
    model: options.model,
    backend,
    device,
    threads,
    seed: options.seed,
    arms: arms.map(({ losses, validationBleu, validationPerplexity, translations, ...figures }) => ({
      ...figures,
      validationBleu: validationBleu.at(-1)?.[1] ?? null,
      validationPerplexity: validationPerplexity.at(-1)?.[1] ?? null,
    })),
  };
}

/** The final table on the terminal. */
export function writeResultTable({ data, arms }: Result, { test }: Data): string {
  const minutes = (seconds: number): string => (seconds / 60).toFixed(1);
  const rows = [
    ["", ...arms.map(({ normalization }) => describeArm(normalization))],
    ["test BLEU", ...arms.map(({ testBleu }) => formatBleu(testBleu))],
    ["  95 % interval", ...arms.map(({ testBleuInterval }) => testBleuInterval.map(formatBleu).join(" to "))],
    ["  greedy", ...arms.map(({ greedyTestBleu }) => formatBleu(greedyTestBleu))],
    ["test chrF", ...arms.map(({ testChrF }) => formatBleu(testChrF))],
    ["perplexity (validation)", ...arms.map((arm) => formatLoss(arm.validationPerplexity.at(-1)![1], 2))],
    ["parameters", ...arms.map(({ parameters }) => parameters.toLocaleString("en"))],
    ["minutes of training", ...arms.map(({ trainingSeconds }) => minutes(trainingSeconds))],
    ["  of the processor", ...arms.map(({ processorSeconds }) => minutes(processorSeconds))],
  ];
  return [`Data: ${describeData(data)}, ${test.length} test sentences`, formatTable(rows)].join("\n");
}
