import { formatTable, type LearningRates, type RunResult as TaskRunResult } from "@evenkeel/example-task";
import { type Data, describeData } from "./data.ts";
import type { Options } from "./options.ts";
import type { ArmResult } from "./training/arm-result.ts";
import { describeArm, formatPercent } from "./words.ts";

/** The result of a run. */
export interface RunResult {
  /** The time at which it ended. */
  readonly date: string;
  /** The version of Evenkeel. */
  readonly version: string;
  readonly data: Pick<Data, "name" | "insteadOf">;
  /** The path of the images of the data set `folder`; otherwise empty. */
  readonly folder: string;
  readonly model: string;
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  readonly seed: number;
  readonly batchSize: number;
  readonly learningRate: LearningRates;
  readonly trainImages: number;
  readonly arms: readonly ArmResult[];
}

/** The result of a run in the words of the report. */
export function describeRun(
  { options, arms, ...made }: TaskRunResult<Options, ArmResult>,
  { train, name }: Data,
): RunResult {
  const { folder, model, seed, batchSize, learningRate } = options;
  const data = { name, insteadOf: made.data.insteadOf };
  const trainImages = train.labels.length;
  return { ...made, data, folder, model, seed, batchSize, learningRate, trainImages, arms };
}

/** The data of a run: the name of a set, or the path of the images. */
export const describeSource = ({ data, folder }: Pick<RunResult, "data" | "folder">): string =>
  data.name === "folder" ? folder : describeData(data);

/** The contents of `summary.json`, for other programs. */
export function summarize({ data, backend, device, threads, seed, arms }: RunResult): object {
  return {
    dataset: data.name,
    synthetic: data.name === "synthetic",
    backend,
    device,
    threads,
    seed,
    arms: arms.map(({ normalization, testAccuracy, stepsTo85, imagesPerSecond, epochs, parameters }) => ({
      normalization,
      testAccuracy,
      stepsTo85,
      imagesPerSecond,
      epochs,
      parameters,
    })),
  };
}

/** The final table on the terminal. */
export function writeResultTable(result: RunResult): string {
  const { arms } = result;
  const rows = [
    ["", ...arms.map(({ normalization }) => describeArm(normalization))],
    ["test accuracy", ...arms.map(({ testAccuracy }) => formatPercent(testAccuracy))],
    ["steps to 85 %", ...arms.map(({ stepsTo85 }) => (stepsTo85 === null ? "never" : String(stepsTo85)))],
    ["images/s", ...arms.map(({ imagesPerSecond }) => imagesPerSecond.toFixed(0))],
    ["parameters", ...arms.map(({ parameters }) => parameters.toLocaleString("en"))],
    ["gradient norm at the start", ...arms.map(() => "")],
    ...listGradientRows(arms),
  ];
  return [`Data: ${describeSource(result)}`, formatTable(rows)].join("\n");
}

/** A row for each layer, in the order of the network; all arms have the same layers. */
export function listGradientRows(arms: readonly ArmResult[]): string[][] {
  const layers = arms[0]?.gradientNorms.map(({ layer }) => layer) ?? [];
  return layers.map((layer, index) => [
    `  ${layer}`,
    ...arms.map(({ gradientNorms }) => gradientNorms[index]?.norm.toPrecision(3) ?? ""),
  ]);
}
