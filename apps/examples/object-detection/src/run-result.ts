import { describeData, formatLoss, formatTable, type RunResult } from "@evenkeel/example-task";
import type { Data } from "./data.ts";
import type { Options } from "./options.ts";
import type { ArmResult } from "./training/arm-result.ts";
import { describeArm, formatScore } from "./words.ts";

export type Result = RunResult<Options, ArmResult>;

/** The contents of `summary.json`. */
export function summarize({ data, options, backend, device, threads, arms }: Result, { test }: Data): object {
  const { seed, epochs, batchSize, learningRate, testedOn } = options;
  return {
    dataset: data.name,
    synthetic: data.name === "synthetic",
    backend,
    device,
    threads,
    seed,
    epochs,
    batchSize,
    learningRate,
    testedOn,
    testPictures: test.length,
    arms: arms.map(({ pictures, losses, classes, ...arm }) => ({
      ...arm,
      classes: classes.map(({ curve, ...scores }) => scores),
    })),
  };
}

type Row = readonly [name: string, cell: (arm: ArmResult) => string];

/** The rows of the table, on the terminal and in the report. */
export function listRows({ arms }: Result): readonly Row[] {
  const minutes = (seconds: number): string => (seconds / 60).toFixed(1);
  return [
    ["mAP at 0.5", ({ score }) => formatScore(score)],
    ["  95 % interval", ({ scoreInterval }) => scoreInterval.map(formatScore).join(" to ")],
    ["mAP at 0.5, eleven points", ({ elevenPointScore }) => formatScore(elevenPointScore)],
    ["mAP at 0.5 to 0.95", ({ cocoScore }) => formatScore(cocoScore)],
    ...arms[0]!.classes.map(
      ({ name }, label): Row => [
        `AP of ${name}`,
        ({ classes }) => formatScore(classes[label]!.averagePrecision),
      ],
    ),
    ["test loss", ({ testLoss }) => formatLoss(testLoss.total, 3)],
    ["parameters", ({ parameters }) => parameters.toLocaleString("en")],
    ["epochs", ({ epochs }) => String(epochs)],
    ["minutes of training", ({ trainingSeconds }) => minutes(trainingSeconds)],
    ["  of the processor", ({ processorSeconds }) => minutes(processorSeconds)],
  ];
}

/** The final table on the terminal. */
export function writeResultTable(result: Result, { test }: Data): string {
  const { arms, data } = result;
  const rows = [
    ["", ...arms.map(({ normalization }) => describeArm(normalization))],
    ...listRows(result).map(([name, cell]) => [name, ...arms.map(cell)]),
  ];
  return [`Data: ${describeData(data)}, ${test.length} test pictures`, formatTable(rows)].join("\n");
}
