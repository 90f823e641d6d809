import { describeData, type Figure, formatLoss, formatTable, type RunResult } from "@evenkeel/example-task";
import type { Data } from "./data/data.ts";
import type { Options } from "./options.ts";
import { type ArmResult, computeAccuracy, countTexts, joinFolds } from "./training/results.ts";
import { formatPercent, nameArm } from "./words.ts";

export type Result = RunResult<Options, ArmResult>;

/** What all folds of an arm say together. */
export interface ArmSummary {
  readonly accuracy: number;
  /** The 95 % confidence interval over the tested texts. */
  readonly interval: readonly [low: number, high: number];
  readonly loss: number;
  readonly texts: number;
  readonly textsPerSecond: number;
  readonly foldAccuracies: readonly number[];
}

export function summarizeArm({ folds, trainingSeconds }: ArmResult): ArmSummary {
  const joined = joinFolds(folds);
  const [accuracy, texts] = [computeAccuracy(joined), countTexts(joined)];
  const trained = folds.reduce((sum, { trainedTexts }) => sum + trainedTexts, 0);
  return {
    accuracy,
    interval: computeInterval(accuracy, texts),
    loss: joined.lossSum / texts,
    texts,
    textsPerSecond: trained / trainingSeconds,
    foldAccuracies: folds.map(computeAccuracy),
  };
}

/** Wilson 1927: the interval of a share, which stays within 0 and 1. */
function computeInterval(share: number, count: number): readonly [number, number] {
  const z = 1.96;
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))) / (1 + z ** 2 / count);
  return [middle - half, middle + half];
}

/** The contents of `summary.json`, for other programs. */
export function summarize({ arms, data, options, backend, device, threads }: Result): object {
  return {
    dataset: data.name,
    synthetic: data.name === "synthetic",
    model: options.model,
    backend,
    device,
    threads,
    seed: options.seed,
    arms: arms.map((arm) => {
      const { accuracy, interval, loss, texts, textsPerSecond, foldAccuracies } = summarizeArm(arm);
      const { normalization, parameters } = arm;
      return { normalization, accuracy, interval, loss, texts, textsPerSecond, foldAccuracies, parameters };
    }),
  };
}

/** The rows of the table of results: what it is, and its value for an arm. */
export const resultRows: readonly (readonly [name: string, write: (arm: ArmResult) => string])[] = [
  ["test accuracy", (arm) => formatPercent(summarizeArm(arm).accuracy)],
  [
    "95 % interval",
    (arm) => {
      const [low, high] = summarizeArm(arm).interval;
      return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
    },
  ],
  ["test loss", (arm) => formatLoss(summarizeArm(arm).loss, 4)],
  ["texts per second", (arm) => summarizeArm(arm).textsPerSecond.toFixed(0)],
  ["minutes of training", ({ trainingSeconds }) => (trainingSeconds / 60).toFixed(1)],
  ["parameters", ({ parameters }) => parameters.toLocaleString("en")],
];

/** The final table on the terminal. */
export function writeResultTable({ data, arms }: Result): string {
  const rows = [
    ["", ...arms.map(({ normalization }) => nameArm(normalization))],
    ...resultRows.map(([name, write]) => [name, ...arms.map(write)]),
  ];
  return [`Data: ${describeData(data)}`, formatTable(rows)].join("\n");
}

const kim = "Kim 2014, CNN-rand";

/** The published figures of the recipes that the networks follow. */
const literature: { readonly [dataset in Data["name"]]: { readonly [model in Options["model"]]?: string } } =
  {
    trec: { words: `0.912 (${kim}); its code by another group: 0.882` },
    sst2: { words: `0.827 (${kim}, trained on phrases too; here on sentences alone)` },
    mr: { words: `0.761 (${kim}); its code by another group: 0.759` },
    subj: { words: `0.896 (${kim}); its code by another group: 0.892` },
    "ag-news": { characters: "0.9017 (Conneau et al. 2017, 9 layers, k-max pooling)" },
    "ag-news-test": { characters: "none: 0.9017 of Conneau et al. 2017 is for 120,000 texts to train on" },
    synthetic: {},
  };

export function listFigures({ arms, data, options }: Result): readonly Figure[] {
  return arms.map((arm) => {
    const { accuracy, interval } = summarizeArm(arm);
    return {
      name: `${data.name}-${options.model}`,
      dataset: data.name,
      normalization: arm.normalization,
      metric:
        arm.folds.length === 1 ? "test accuracy" : `accuracy, ${arm.folds.length}-fold cross-validation`,
      value: accuracy,
      interval,
      literature: literature[data.name as Data["name"]][options.model] ?? "",
      minutes: arm.trainingSeconds / 60,
    };
  });
}
